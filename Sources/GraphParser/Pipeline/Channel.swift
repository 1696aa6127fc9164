import Dispatch
import Synchronization

/// Hands values from one thread to another, in order; whoever is ahead waits.
final class Channel<Element: Sendable>: Sendable {
    private let room = DispatchSemaphore(value: 0)
    private let waiting = DispatchSemaphore(value: 0)
    private let elements = Mutex<[Element]>([])
    private let closed = Atomic(false)

    /// - Parameter capacity: how many values may lie in it before the sender waits.
    init(capacity: Int) {
        // A semaphore must not end below the value that it was made with, and a reader may stop early.
        for _ in 0..<capacity { room.signal() }
    }

    /// Nobody wants what is sent from now on. Who sends has to ask; what has been sent must still be received.
    func close() { closed.store(true, ordering: .relaxed) }

    var isClosed: Bool { closed.load(ordering: .relaxed) }

    func send(_ element: Element) {
        room.wait()
        elements.withLock { $0.append(element) }
        waiting.signal()
    }

    func receive() -> Element {
        waiting.wait()
        let element = elements.withLock { $0.removeFirst() }
        room.signal()
        return element
    }
}

/// Buffers that have been used and may be used again: a new one for each batch would be mapped and unmapped each time.
final class BufferPool<Element: Sendable>: Sendable {
    private let buffers = Mutex<[[Element]]>([])

    /// An empty buffer with room for so many elements.
    func take(capacity: Int) -> [Element] {
        var buffer = buffers.withLock { $0.popLast() } ?? []
        buffer.reserveCapacity(capacity)
        return buffer
    }

    func give(_ buffer: consuming [Element]) {
        var buffer = buffer
        buffer.removeAll(keepingCapacity: true)
        buffers.withLock { $0.append(buffer) }
    }
}
