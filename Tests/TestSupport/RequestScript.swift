/// An invented request of a multipath device: what the events of the flow `requests` say of it, without when.
public struct InventedRequest: Sendable {
    /// Bytes of the invented kernel's `struct request`, behind which a SCSI command lies.
    public static let requestSize: UInt64 = 272

    /// Of dm's request.
    public var request: UInt64
    /// Of the request on the path.
    public var clone: UInt64
    /// The minor number of the path's disk, of major number 8.
    public var disk = 0
    /// Of the initiator's task.
    public var task: UInt64
    public var connection: UInt64 = 0xffff_8880_0900_0000
    public var tag: UInt32
    public var map = 0
    public var sector: UInt64
    public var bytes = 4096
    /// `cmd_flags`: 0 reads, 1 writes, 2 flushes.
    public var flags = 0
    /// When the kernel says that it made the request, in ns; nil for a kernel that does not tell.
    public var queued: UInt64?
    public var bio: UInt64
    /// Where things are done: submission, dispatch, transmission, completion.
    public var tids: [Int32] = [359, 55, 9, 21]
    public var cpu = 0

    /// - Parameter number: requests of different numbers have nothing in common but their threads.
    public init(_ number: Int) {
        let number = UInt64(number)
        request = 0xffff_8881_0000_0000 + number * 0x1000
        clone = 0xffff_8882_0000_0000 + number * 0x1000
        task = 0xffff_8883_0000_0000 + number * 0x1000
        bio = 0xffff_8884_0000_0000 + number * 0x1000
        tag = UInt32(truncatingIfNeeded: number)
        sector = number * 8
    }

    public var command: UInt64 { clone + Self.requestSize }
    /// The `struct dm_rq_target_io` of it.
    public var io: UInt64 { request + Self.requestSize }

    /// The same with something else.
    public func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }

    /// The same with another clone, on another path.
    public func tried(on disk: Int) -> Self {
        with {
            $0.disk = disk
            $0.clone += 0x400
            $0.task += 0x400
            $0.tag += 0x400
        }
    }

    /// The fields of an event of it, as probes and tracepoints have them.
    fileprivate func fields(of event: String) -> [(String, String)] {
        let address = [
            ("host_no", "2"), ("channel", "0"), ("id", "0"), ("lun", String(disk / 16)), ("driver_tag", String(tag)),
        ]
        // A read's or write's block; a flush has none.
        let bytes = [("cmnd", flags == 2 ? "(SYNCHRONIZE_CACHE raw=35 00" : "(READ_10 lba=\(sector) txlen=8 raw=28 00")]
        return switch event {
        case "dm_dispatch":
            [("rq", hex(request)), ("sector", String(sector)), ("bytes", String(self.bytes)), ("flags", "0x\(flags)")]
                + (queued.map { [("queued", String($0))] } ?? [])
                + [("major", "253"), ("minor", String(map)), ("bio", hex(bio))]
        case "dm_clone": [("clone", hex(clone)), ("rq", hex(request)), ("major", "8"), ("minor", String(disk))]
        case "iscsi_xmit":
            [("task", hex(task)), ("sc", hex(command)), ("itt", hex(UInt64(tag))), ("conn", hex(connection))]
        case "iscsi_done": [("task", hex(task)), ("sc", hex(command))]
        case "scsi_end": [("sc", hex(command)), ("result", "0x0")]
        case "dm_done", "rq_requeue": [("rq", hex(request))]
        case "rq_end": [("rq", hex(request)), ("error", "0")]
        case "dm_verdict", "clone_end": [("clone", hex(clone)), ("error", "0")]
        case "dm_requeue": [("tio", hex(io)), ("delay", "0")]
        case "iscsi_queue": [("sc", hex(command))]
        case "scsi_requeue": [("sc", hex(command)), ("reason", "0x1057")]
        case "scsi_timer": [("rq", hex(clone))]
        case "scsi_queue", "scsi_complete": [("clone", hex(clone))]
        case "iscsi_sent": [("status", "0")]
        case "iscsi_header": [("conn", hex(connection)), ("itt", hex(UInt64(tag)))]
        case "iscsi_response": [("conn", hex(connection)), ("opcode", "0x21"), ("itt", hex(UInt64(tag)))]
        case "bio_queue", "bio_end": [("bio", hex(bio))]
        case "bio_merge", "bio_front_merge": [("rq", hex(request)), ("bio", hex(bio + 0x800))]
        case "scsi_dispatch_cmd_start": address + bytes
        default: preconditionFailure("no event of requests: \(event)")
        }
    }

    private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

    fileprivate func tid(of event: String) -> Int32 {
        switch event {
        case "bio_queue", "bio_merge", "bio_front_merge": tids[0]
        case "iscsi_xmit", "iscsi_sent": tids[2]
        case "dm_dispatch", "dm_clone", "scsi_queue", "iscsi_queue", "scsi_dispatch_cmd_start": tids[1]
        default: tids[3]
        }
    }

    /// What of a request the light flow has, at times of which each is one of these behind the one before.
    public static let light = [
        "dm_dispatch", "dm_clone", "scsi_dispatch_cmd_start", "iscsi_xmit", "iscsi_done", "scsi_end",
        "block_rq_complete",
        "dm_done", "dm_verdict", "rq_end",
    ]
    /// The same of requests-detail.
    public static let detail = [
        "bio_queue", "dm_dispatch", "dm_clone", "scsi_queue", "scsi_dispatch_cmd_start", "iscsi_queue", "iscsi_xmit",
        "iscsi_sent", "iscsi_header", "iscsi_done", "scsi_end", "scsi_complete", "block_rq_complete", "bio_end",
        "clone_end",
        "dm_done", "dm_verdict", "rq_end",
    ]
}

/// An invented trace of requests, as text of `trace-cmd report`.
public struct RequestScript: Sendable {
    public struct Event: Sendable {
        public var time: UInt64
        public var name: String
        public var line: String
    }

    /// When all begins, in ns; events are told from then on.
    public static let start: UInt64 = 100_000_000_000

    public var events: [Event] = []

    public init() {}

    /// Adds events of a request: `10 dm_dispatch, 15 dm_clone, 90 rq_end error=10`, each at so many ns from the start, with fields
    /// that are other than the request's.
    public mutating func add(_ request: InventedRequest, _ story: String) {
        for piece in story.split(separator: ",") {
            let words = piece.split(separator: " ").map(String.init)
            add(request, words[1], at: UInt64(words[0])!, Array(words.dropFirst(2)))
        }
    }

    /// Adds all of these events, a number of ns apart.
    public mutating func add(_ request: InventedRequest, _ events: [String], from start: UInt64 = 0, every step: UInt64)
    {
        for (number, event) in events.enumerated() { add(request, event, at: start + UInt64(number) * step) }
    }

    public mutating func add(
        _ request: InventedRequest, _ event: String, at time: UInt64, _ changes: [String] = [], tid: Int32? = nil
    ) {
        let time = Self.start + time
        let text = Self.text(request, event, changes)
        let fraction = String(String(1_000_000_000 + time % 1_000_000_000).dropFirst())
        let cpu = String(String(1000 + request.cpu).dropFirst())
        let tid = tid ?? request.tid(of: event)
        events.append(
            Event(
                time: time, name: event,
                line: "task\(tid)-\(tid) [\(cpu)] \(time / 1_000_000_000).\(fraction): \(event): \(text)"))
    }

    private static func text(_ request: InventedRequest, _ event: String, _ changes: [String]) -> String {
        if event == "block_rq_complete" {
            return "253,\(request.map) \("RWF".map(String.init)[min(request.flags, 2)]) () \(request.sector) + "
                + "\(request.bytes / 512) [0]"
        }
        var fields = request.fields(of: event)
        for change in changes {
            let parts = change.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            fields.removeAll { $0.0 == parts[0] }
            // Nothing behind the sign: without the field.
            if !parts[1].isEmpty { fields.append((parts[0], parts[1])) }
        }
        let text = fields.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
        return event.hasPrefix("scsi_dispatch") ? text : "(ffffffffc067a200) " + text
    }

    /// In the order of time; of one time, as they were added.
    public var text: String {
        let order = events.indices.sorted { (events[$0].time, $0) < (events[$1].time, $1) }
        return textAsAdded(order.map { events[$0] })
    }

    /// In the order in which they were added.
    public var textAsAdded: String { textAsAdded(events) }

    private func textAsAdded(_ events: [Event]) -> String { "cpus=4\n" + events.map { $0.line + "\n" }.joined() }
}
