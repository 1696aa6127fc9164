import TraceFormat

/// Holds what a file states of one CPU's losses against what its pages tell, so that each is said once, and says what calls they
/// can have touched.
struct StatedLosses: Sendable {
    /// What is known when all has been read.
    struct Finding: Sendable {
        /// Overwritten events that no event tells of, and how many pages had a mark without their number.
        var overrun = (events: 0, pages: 0)
        /// Events that the recorder left in the ring buffer.
        var unread = 0
    }

    private(set) var finding = Finding()
    private let statistics: CPUStatistics?
    /// The file holds the end of a recording, before which events were overwritten as was meant.
    private let isWindow: Bool
    private var isBegun = false
    private var isFinished = false
    private var events = 0
    private var lost = 0
    private var uncounted = 0

    init(_ statistics: CPUStatistics?, isWindow: Bool) {
        self.statistics = statistics
        self.isWindow = isWindow
    }

    /// Takes what a page tells, and adds the losses to the first page's events that lie before them, or anywhere.
    mutating func take(events: Int, lost: Int, uncounted: Int, _ ring: Ring, _ page: inout DecodedPage) {
        self.events += events
        self.lost = min(self.lost, 1 << 61) + lost
        self.uncounted += uncounted
        guard let statistics, !isBegun, let time = page.keys.first else { return }
        isBegun = true
        // Where the first page has no mark, the kernel may not have marked any: then the oldest events are missing.
        if statistics.overrun > 0, !isWindow, lost + uncounted == 0 {
            page.insertFirst(.loss(cpu: ring.cpu, ring: ring.number, count: nil, extent: .told, timestamp: time))
        }
        if statistics.lostAnywhere > 0 {
            let count = statistics.lostAnywhere
            page.insertFirst(.loss(cpu: ring.cpu, ring: ring.number, count: count, extent: .anywhere, timestamp: time))
        }
    }

    /// The CPU's pages are over: adds the losses behind them.
    mutating func finish(_ ring: Ring, at time: UInt64, _ page: inout DecodedPage) {
        guard let statistics, !isFinished else { return }
        isFinished = true
        let missing = isWindow ? 0 : max(0, Int(clamping: statistics.overrun) - lost)
        // Where nobody read meanwhile, they were before all that is here; else they can have been behind it, too.
        let isTold = uncounted > 0 || statistics.read == 0
        if isTold { finding.overrun = (missing, uncounted) }
        let atEnd = statistics.lostAtEnd + (isTold ? 0 : missing)
        if atEnd > 0 { page.append(.loss(cpu: ring.cpu, ring: ring.number, count: atEnd, timestamp: time)) }
        if !isWindow {
            let unread = Int(clamping: statistics.entries)
            finding.unread = min(unread, max(0, Int(clamping: statistics.read) + unread - events))
        }
    }
}
