/// The help of `dmflow browse`.
enum BrowseHelp {
    private static let keys = """
        Keys of dmflow browse

          j k, arrows        down and up a line
          space b, PgDn PgUp a page down and up; d u half a page
          g G, Home End      to the first and the last line

          enter              fold or unfold
          right l +          unfold; right again goes in
          left h -           fold; left again goes to the caller
          * _                unfold all below, and fold it again; fold all

          / n N              search in all names, folded or not; next; previous
          1 2 3 4 5 6        sort by total, self, count, p99, name, first call
          o                  the next order

          s S                the slowest tree of this root; the next slowest
          m                  the one nearest to the median
          t, Esc             back to all trees

          q                  quit

        Times are inside functions, with the tracer's own cost in them.
        total is the time of all calls of a row, self what they did not
        spend in calls below. In a single tree, usually is the median of
        all calls that were made in the same way; <- marks what is unlike.
        """

    /// - Parameter notes: what is not in the figures.
    static func lines(_ notes: [String]) -> [String] {
        keys.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            + (notes.isEmpty ? [] : ["", "Not in the figures:"] + notes.map { "  \($0)" })
    }
}
