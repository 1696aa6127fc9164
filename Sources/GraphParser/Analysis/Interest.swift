import Glibc

/// What an analyzer is to be given.
public struct Interest: Sendable {
    /// Begins and ends of calls, and all else in its place among them.
    public var calls: Bool
    /// Events that the kernel lost.
    public var losses: Bool
    /// Names of events that are no calls, with `*` and `?` as in a shell; empty for none.
    public var events: [String]

    /// In nothing, unless told otherwise.
    ///
    /// - Parameters:
    ///   - calls: begins and ends of calls.
    ///   - losses: events that the kernel lost.
    ///   - events: names of events that are no calls, with `*` and `?` as in a shell.
    public init(calls: Bool = false, losses: Bool = false, events: [String] = []) {
        self.calls = calls
        self.losses = losses
        self.events = events
    }

    /// All calls, and where events were lost between them.
    public static let calls = Interest(calls: true, losses: true)

    /// Events with these names, `*` and `?` as in a shell.
    public static func events(_ names: String...) -> Interest { Interest(events: names) }

    var isEmpty: Bool { !calls && !losses && events.isEmpty }

    /// Whether an event of this name is wanted.
    func wants(event name: String) -> Bool {
        events.contains { wanted in
            wanted == name || wanted == "*" || wanted.utf8.contains(where: Self.isWild) && fnmatch(wanted, name, 0) == 0
        }
    }

    private static func isWild(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
            || byte == UInt8(ascii: "\\")
    }
}
