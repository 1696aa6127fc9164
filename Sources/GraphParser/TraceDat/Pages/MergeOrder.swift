/// The order in which streams are merged, that of the times of their next events: a binary heap, whose work for a step grows with
/// the logarithm of the streams.
///
/// Among streams with the same time the one that comes first already goes on; else the one with the smaller number comes first.
struct MergeOrder: Sendable {
    /// The time above the stream's number: compared as one number, since no processor can guess which of two is less.
    private struct Key {
        private let key: UInt128

        init(time: UInt64, stream: Int) { key = UInt128(time) << 64 | UInt128(UInt64(stream)) }

        @inline(__always)
        var time: UInt64 { UInt64(truncatingIfNeeded: key >> 64) }
        @inline(__always)
        var stream: Int { Int(truncatingIfNeeded: key) }

        @inline(__always)
        func isBefore(_ other: Key) -> Bool { key < other.key }
    }

    /// Each is not behind the two at twice its index and 1 or 2.
    private var heap: [Key] = []

    /// The stream that is next; nil if none is left.
    var first: Int? { heap.first?.stream }

    /// The time of the stream behind the first: up to it the first one goes on.
    @inline(__always)
    var nextTime: UInt64 {
        switch heap.count {
        case 0, 1: .max
        case 2: heap[1].time
        default: min(heap[1].time, heap[2].time)
        }
    }

    /// - Parameter goingOn: the stream that came first last, if it goes on: it is before others of the same time.
    mutating func add(_ stream: Int, at time: UInt64, goingOn: Int? = nil) {
        let key = Key(time: time, stream: stream)
        func isBefore(_ other: Key) -> Bool {
            if time != other.time || other.stream != goingOn && stream != goingOn { return key.isBefore(other) }
            return stream == goingOn
        }
        heap.append(key)
        var place = heap.count - 1
        while place > 0, isBefore(heap[(place - 1) / 2]) {
            heap[place] = heap[(place - 1) / 2]
            place = (place - 1) / 2
        }
        heap[place] = key
    }

    /// The stream that came first goes on at `time`.
    @inline(__always)
    mutating func moveFirst(to time: UInt64) {
        let key = Key(time: time, stream: heap[0].stream)
        if time <= nextTime { heap[0] = key } else { sink(key) }
    }

    mutating func removeFirst() {
        let last = heap.removeLast()
        if !heap.isEmpty { sink(last) }
    }

    /// Puts `key` in the place of the first one and from there down, past those before it.
    @inline(__always)
    private mutating func sink(_ key: Key) {
        var span = heap.mutableSpan
        var place = 0
        while true {
            var child = 2 &* place &+ 1
            guard child < span.count else { break }
            if child &+ 1 < span.count { child &+= span[child &+ 1].isBefore(span[child]) ? 1 : 0 }
            guard span[child].isBefore(key) else { break }
            span[place] = span[child]
            place = child
        }
        span[place] = key
    }
}
