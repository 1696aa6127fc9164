import Synchronization

extension Fixtures {
    /// A fixture as ``RecordedTrace`` reads it: once for all tests that ask.
    ///
    /// - Parameters:
    ///   - name: one of ``traces``.
    ///   - events: whether its trees get the events that are no calls.
    public static func reading(_ name: String, events: Bool = false) throws -> RecordedTrace {
        try events
            ? readingsWithEvents.value(of: name) { try RecordedTrace(path: path($0), events: true) }
            : readings.value(of: name) { try RecordedTrace(path: path($0)) }
    }

    private static let readings = OncePerName<RecordedTrace>()
    private static let readingsWithEvents = OncePerName<RecordedTrace>()
}

/// Values that are made once for each name, when the first test asks; tests that ask meanwhile wait for it.
public final class OncePerName<Value: Sendable>: Sendable {
    private final class Entry: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    private let entries = Mutex<[String: Entry]>([:])

    public init() {}

    /// - Throws: what `make` threw when it was called.
    public func value(of name: String, make: (String) throws -> Value) throws -> Value {
        let entry = entries.withLock { entries in
            if let entry = entries[name] { return entry }
            let entry = Entry()
            entries[name] = entry
            return entry
        }
        return try entry.result.withLock { result in
            let made = result ?? Result { try make(name) }
            result = made
            return made
        }.get()
    }
}
