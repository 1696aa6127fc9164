/// The column of the latency format: interrupts, reschedule, context, preemption depth and, by kernel, more:
/// `d..1`, `dNh1.`, `dN..1.11`.
enum LatencyFlags {
    /// True if the cell is nothing but flags.
    static func fill(_ line: Span<UInt8>, _ cell: Range<Int>) -> Bool {
        guard (4...8).contains(cell.count), inOrder[0].contains(line[cell.lowerBound]),
            inOrder[1].contains(line[cell.lowerBound + 1])
        else { return false }
        // Realtime kernels have more columns, in another order.
        for index in cell where !anywhere.contains(line[index]) { return false }
        return true
    }

    /// Where the flags end that begin at `start` and have something other than a blank behind them; nil if there are none.
    ///
    /// Kernels before 5.0 print no bar behind the flags, but a mark or the body itself. Four flags in the kernel's order and
    /// one that no function's name could have tell them from a name.
    static func glued(_ line: Span<UInt8>, at start: Int) -> Int? {
        guard start + 4 <= line.count else { return nil }
        for offset in 0..<4 where !inOrder[offset].contains(line[start + offset]) { return nil }
        let hasDot = line[start] == dot || line[start + 1] == dot || line[start + 2] == dot
        return hasDot || isDigit(line[start + 3]) ? start + 4 : nil
    }

    private static let dot = UInt8(ascii: ".")
    private static let inOrder = ["dDbX.", "NnpLlbB.", "hHsSzZ.", "0123456789abcdef."].map { Set($0.utf8) }
    private static let anywhere = inOrder.reduce(Set()) { $0.union($1) }
}
