/// A ring-buffer page with function_graph events, as a kernel of the fixtures' version writes it.
struct SyntheticPage {
    private var data: [UInt8] = []
    private let timestamp: UInt64

    /// The kernel's mark of events that are missing before the page.
    private let missed: Bool

    /// - Parameter timestamp: of the page, in nanoseconds; events follow at distances from it.
    init(timestamp: UInt64, missed: Bool = false) {
        self.timestamp = timestamp
        self.missed = missed
    }

    /// Adds a call's entry (event 11, 20 bytes) after `delta` nanoseconds.
    mutating func entry(pid: Int32, function: UInt64, depth: Int32, delta: UInt32) {
        header(length: 20, delta: delta)
        common(type: 11, pid: pid)
        append(function)
        append(depth)
    }

    /// Adds a call's exit (event 10, 40 bytes).
    mutating func exit(pid: Int32, function: UInt64, depth: Int32, from: UInt64, to: UInt64, delta: UInt32) {
        header(length: 40, delta: delta)
        common(type: 10, pid: pid)
        append(function)
        append(depth)
        append(UInt32(0))
        append(from)
        append(to)
    }

    /// The page of 4096 bytes.
    var bytes: [UInt8] {
        var page = SyntheticPage(timestamp: 0)
        page.append(timestamp)
        page.append(UInt64(data.count) | (missed ? 1 << 31 : 0))
        return page.data + data + [UInt8](repeating: 0, count: 4096 - 16 - data.count)
    }

    private mutating func header(length: UInt32, delta: UInt32) {
        append((length / 4) | delta << 5)
    }

    private mutating func common(type: UInt16, pid: Int32) {
        append(type)
        append(UInt16(0))
        append(pid)
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
    }
}

extension SyntheticPage {
    static let dispatch: UInt64 = 0xffff_ffff_8100_0000
    static let start: UInt64 = 0xffff_ffff_8100_0100

    /// One call with a call inside: `dm_mq_queue_rq` of 5 µs around `blk_mq_start_request` of 1 µs.
    static func oneTree(at time: UInt64, missed: Bool = false) -> [UInt8] {
        var page = SyntheticPage(timestamp: time, missed: missed)
        page.entry(pid: 42, function: dispatch, depth: 0, delta: 0)
        page.entry(pid: 42, function: start, depth: 1, delta: 1000)
        page.exit(pid: 42, function: start, depth: 1, from: time + 1000, to: time + 2000, delta: 1000)
        page.exit(pid: 42, function: dispatch, depth: 0, from: time, to: time + 5000, delta: 3000)
        return page.bytes
    }

    /// The symbols of those two functions, as /proc/kallsyms has them.
    static let symbols = "ffffffff81000000 t dm_mq_queue_rq\t[dm_mod]\nffffffff81000100 T blk_mq_start_request\n"
}
