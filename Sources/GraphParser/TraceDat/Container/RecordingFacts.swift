/// What `dmflow capture` knew of its recording: what tracing cost, and what got done meanwhile.
///
/// It stands in a trace.dat among the statistics of the CPUs, in an option of its own, as lines `name: value` behind `dmflow:`.
public struct RecordingFacts: Equatable, Sendable {
    /// Nanoseconds that tracing was on.
    public private(set) var durationNs: UInt64?
    /// Nanoseconds before its end that were to be kept; nil for all.
    public private(set) var keptNs: UInt64?
    /// Nanoseconds of CPU time that the recorder took meanwhile.
    public private(set) var recorderCPUNs: UInt64?
    /// Nanoseconds that recording one call took, its entry and its exit, measured before the recording.
    public private(set) var callCostBeforeNs: UInt64?
    /// The same, measured after it.
    public private(set) var callCostAfterNs: UInt64?
    /// Requests that the multipath devices completed meanwhile.
    public private(set) var multipathRequests: UInt64?
    /// Whether interrupts were recorded.
    public private(set) var interrupts: Bool?
    /// The names of the functions at which trees were to begin; nil if that is not known.
    public private(set) var roots: Set<String>?

    /// - Parameter content: of an option with statistics.
    /// - Returns: nil if they are a CPU's.
    init?(_ content: [UInt8]) {
        let lines = content.prefix { $0 != 0 }.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first, first.elementsEqual("dmflow:".utf8) else { return nil }
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let words = line[(colon + 1)...].split(separator: space)
            let value = words.first.flatMap { UInt64(String(decoding: $0, as: UTF8.self)) }
            switch String(decoding: line[..<colon], as: UTF8.self) {
            case "recorded for": durationNs = value
            case "kept of it": keptNs = value
            case "recorder's CPU time": recorderCPUNs = value
            case "call cost before": callCostBeforeNs = value
            case "call cost after": callCostAfterNs = value
            case "multipath requests": multipathRequests = value
            case "interrupts": interrupts = words.first?.elementsEqual("recorded".utf8)
            case "roots": roots = Set(words.map { String(decoding: $0, as: UTF8.self) })
            default: break
            }
        }
    }

    /// The higher of the two costs, which an estimate should not be below; nil if neither was measured.
    public var callCostNs: UInt64? { [callCostBeforeNs, callCostAfterNs].compactMap(\.self).max() }
}
