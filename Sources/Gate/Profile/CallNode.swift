/// All calls of one function that were made in the same way from the same root, in one capture.
public struct CallNode: Equatable, Sendable {
    /// Levels below the root.
    public let depth: Int
    /// The function's name in the source, without what the compiler appended.
    public let function: String
    /// Its layer.
    public let layer: String
    /// How many calls.
    public var calls: Int
    /// How many of its caller's calls made any; of a root, its calls.
    public var callersWith: Int
    /// The fewest that one of these made.
    public var fewest: Int
    /// The most that one of these made.
    public var most: Int
    /// Self time of a call: the mean of the middle half, in ns.
    public var selfNs: Double

    /// - Parameters:
    ///   - depth: levels below the root.
    ///   - function: its name in the source.
    ///   - layer: its layer.
    ///   - calls: how many.
    ///   - callersWith: how many of its caller's calls made any.
    ///   - fewest: that one of these made.
    ///   - most: that one of these made.
    ///   - selfNs: what is usual for a call.
    public init(
        depth: Int, function: String, layer: String, calls: Int, callersWith: Int, fewest: Int, most: Int,
        selfNs: Double
    ) {
        (self.depth, self.function, self.layer, self.calls) = (depth, function, layer, calls)
        (self.callersWith, self.fewest, self.most, self.selfNs) = (callersWith, fewest, most, selfNs)
    }
}
