/// The payloads of events that wait for what later events tell. Few do, and only in traces that leave something to be inferred.
struct HeldPayloads: Sendable {
    private var payloads: [Int: [UInt8]] = [:]
    private var next = 0
    private var byteCount = 0

    /// With more than this no more events should wait.
    private static let limit = 64 << 20

    var isFull: Bool { byteCount > Self.limit }

    /// Whether nothing waits.
    var isEmpty: Bool { payloads.isEmpty }

    /// The same event, whose payload is kept here from now on.
    mutating func keep(_ event: GraphEvent, from payload: [UInt8]) -> GraphEvent {
        guard event.kind == .event, !event.isHeld else { return event }
        var event = event
        payloads[next] = Array(payload[event.payload])
        byteCount += event.payload.count
        event.payload = next..<next
        event.isHeld = true
        // Those from so long ago wait no longer.
        next = next == Int(Int32.max) ? 0 : next + 1
        return event
    }

    /// The payload of an event that has waited, which is no longer kept; nil if the event has not.
    mutating func take(_ event: GraphEvent) -> [UInt8]? {
        guard event.isHeld else { return nil }
        let payload = payloads.removeValue(forKey: event.payload.lowerBound) ?? []
        byteCount -= payload.count
        return payload
    }
}
