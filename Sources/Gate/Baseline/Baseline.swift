/// What captures to come are checked against: captures, each kept by itself, since what varies from one to the next is what tells chance
/// from change.
public struct Baseline: Equatable, Sendable {
    /// The form of its JSON.
    public static let schema = "dmflow.baseline/1"

    /// In the order in which they were recorded, as far as they tell, and then of their names.
    public private(set) var captures: [CaptureProfile] = []

    /// Of no capture.
    public init() {}

    /// - Parameter captures: in any order.
    /// - Throws: ``GateError`` if one is there twice.
    public init(_ captures: [CaptureProfile]) throws(GateError) {
        for capture in captures { try add(capture) }
    }

    /// Adds a capture.
    ///
    /// - Parameter capture: another than those that are there.
    /// - Throws: ``GateError`` if it is there already: it would count twice.
    public mutating func add(_ capture: CaptureProfile) throws(GateError) {
        if let same = captures.first(where: { $0.isSame(as: capture) }) {
            throw GateError(
                capture.name,
                "is the capture that is there already as \(same.name), and would count twice; leave it out")
        }
        let place = captures.firstIndex { Self.precedes(capture, $0) } ?? captures.count
        captures.insert(capture, at: place)
    }

    /// Adds those of another.
    ///
    /// - Parameter other: with other captures.
    /// - Throws: ``GateError`` if a capture is in both.
    public mutating func add(_ other: Baseline) throws(GateError) { for capture in other.captures { try add(capture) } }

    private static func precedes(_ left: CaptureProfile, _ right: CaptureProfile) -> Bool {
        (left.identity.startNs ?? 0, left.name) < (right.identity.startNs ?? 0, right.name)
    }
}

/// Why a gate cannot do its work.
public struct GateError: Error, Equatable, CustomStringConvertible {
    /// What it is about: a file, a budget.
    public let subject: String
    /// What is wrong, and what to do.
    public let problem: String

    /// What, where and what to do, in a line.
    public var description: String { "\(subject): \(problem)" }

    init(_ subject: String, _ problem: String) { (self.subject, self.problem) = (subject, problem) }
}
