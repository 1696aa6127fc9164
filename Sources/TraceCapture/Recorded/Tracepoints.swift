/// Events that the kernel's source defines, with the filters of a flow.
struct Tracepoints: RecordedKind {
    static let noun = "tracepoint"

    let flow: String
    let wanted: [String]
    /// Those that this kernel has, with filters that say of which devices.
    let events: [Flow.Tracepoint]
    private let missing: [Flow.Tracepoint]
    /// Those of devices that there are none of.
    private let idle: [Flow.Tracepoint]

    init?(_ flow: Flow, on kernel: TracedKernel) {
        if flow.tracepoints.isEmpty { return nil }
        self.flow = flow.name
        wanted = flow.tracepoints.map(\.event)
        var (events, missing, idle): ([Flow.Tracepoint], [Flow.Tracepoint], [Flow.Tracepoint]) = ([], [], [])
        for event in flow.tracepoints {
            if !kernel.files.exists("events/\(event.directory)/enable") {
                missing.append(event)
            } else if let event = event.filtered(on: kernel) {
                events.append(event)
            } else {
                idle.append(event)
            }
        }
        (self.events, self.missing, self.idle) = (events, missing, idle)
    }

    var recorded: [String] {
        events.map { "\($0.event), a tracepoint" + ($0.filter.map { ", where \($0)" } ?? "") }
    }

    func unrecorded(on kernel: TracedKernel) -> [Unrecorded] {
        missing.map { event in
            let cause = kernel.absence(of: event.module, kernels: event.kernels)
            return Unrecorded(name: event.event, cause: cause ?? .noEvent(kernels: event.kernels))
        }
            + idle.map { Unrecorded(name: $0.event, cause: .other(Self.idleReason($0), isLoss: true)) }
    }

    private static func idleReason(_ event: Flow.Tracepoint) -> String {
        "/proc/devices has no block devices of \(event.devices?.rawValue ?? "")"
    }

    var lines: [String] {
        var parts = events.isEmpty ? [] : ["recording the events \(events.map(\.event).joined(separator: ", "))"]
        let lost = missing.filter { $0.kernels == nil }
        if !lost.isEmpty {
            parts.append("not on this kernel: the events \(lost.map(\.event).joined(separator: ", "))")
        }
        parts += idle.map { "not \($0.event): \(Self.idleReason($0))" }
        return parts.isEmpty ? [] : ["\(flow): \(parts.joined(separator: "; "))"]
    }

    // MARK: Arming

    static func arm(
        _ things: [Tracepoints], _ arming: borrowing Arming, state: inout TracefsState
    ) throws(CaptureError) -> Armed {
        var armed = Armed(noun: noun)
        for event in merged(things.flatMap(\.events)) {
            do throws(CaptureError) {
                try state.enableEvent(event.directory, filter: event.filter)
                armed.count += 1
            } catch {
                // A filter that this kernel does not understand, or an event that a security module forbids. What keeps the
                // journal or tracefs from being used at all is no matter of one event.
                guard case .writeFailed = error.problem else { throw error }
                let explanation = event.filter.flatMap { ErrorLog.reason(for: $0, in: arming.kernel.files) }
                armed.refused.append(
                    .init(name: event.event, reason: explanation.map { "\(error.fact): \($0)" } ?? error.fact))
            }
        }
        return armed
    }

    /// Each event once. What several flows want of it is recorded, and all of it if one wants all.
    static func merged(_ events: [Flow.Tracepoint]) -> [Flow.Tracepoint] {
        var merged: [Flow.Tracepoint] = []
        for event in events {
            guard let known = merged.firstIndex(where: { $0.event == event.event }) else {
                merged.append(event)
                continue
            }
            guard let left = merged[known].filter, let right = event.filter, left != right else {
                if event.filter == nil { merged[known].filter = nil }
                continue
            }
            merged[known].filter = "(\(left)) || (\(right))"
        }
        return merged
    }

    static func findings(_ examination: Examination) -> [Finding] {
        let group = CheckGroup.kernel
        guard examination.unreadable == nil, let files = examination.files else {
            return [group.unknown("tracepoints", examination.unreadable ?? "needs root")]
        }
        guard files.exists("events") else {
            return [
                group.note(
                    "tracepoints", "this kernel has none: flows that name events are recorded without them",
                    remedy: "use a kernel with CONFIG_EVENT_TRACING=y")
            ]
        }
        return [group.ok("tracepoints", "available")]
    }
}

extension Flow.Tracepoint {
    /// The same with a filter in place of its devices; nil if there can be none of them.
    fileprivate func filtered(on kernel: TracedKernel) -> Self? {
        guard let devices else { return self }
        let ranges = kernel.blockMajors(of: devices.rawValue).map { major in
            // A number of a device as the kernel keeps it: 12 bits, and 20 for the minor.
            "dev >= \(major << 20) && dev < \((major + 1) << 20)"
        }
        guard let first = ranges.first else { return nil }
        let ofDevices = ranges.count == 1 ? first : ranges.map { "(\($0))" }.joined(separator: " || ")
        var event = self
        event.filter = filter.map { "(\(ofDevices)) && (\($0))" } ?? ofDevices
        event.devices = nil
        return event
    }
}
