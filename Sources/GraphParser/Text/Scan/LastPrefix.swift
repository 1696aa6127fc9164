/// The prefix of the line before, which the next one mostly has, too.
struct LastPrefix {
    /// Where it stands.
    var start = 0
    /// 0 if there is none.
    var length = 0
    var entry = PrefixTable.Entry(task: .none, cpu: 0, ring: 0)

    /// Whether the same bytes stand at `at`.
    @inline(__always)
    func isAgain(_ bytes: RawSpan, _ at: Int) -> Bool {
        var offset = 0
        while offset &+ 8 <= length {
            if bytes.word(start &+ offset) != bytes.word(at &+ offset) { return false }
            offset &+= 8
        }
        let difference = bytes.word(start &+ offset) ^ bytes.word(at &+ offset)
        return length > 0 && NameIndex.head(difference, length &- offset) == 0
    }
}
