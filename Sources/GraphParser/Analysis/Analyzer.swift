/// Takes what a pass over a trace finds: calls, events, losses. A pass feeds any number of analyzers; each gets what it is
/// interested in, and pays for nothing else.
///
/// All of it is called on the thread that asked for the pass, in this order: ``begin(_:)`` once, ``take(_:)`` for each batch,
/// ``finish(_:)`` once. What follows holds across batches:
/// - All is in the order in which it happened, as far as the trace tells: a trace.dat's CPUs are merged by the times of their
///   events, a text has the order of its lines. A call that is recorded as one event stands where it ended.
/// - Within a task, begins and ends of calls nest like brackets. Between tasks there is no other order than that of time.
/// - What a trace tells too late for its place (an exit whose entry has to be inferred, lines of a task that is not named) comes
///   later than its time; ``TraceBatch/watermark`` tells what is complete.
public protocol Analyzer: AnyObject {
    /// What ``take(_:)`` is to get. Asked for once, before ``begin(_:)``.
    var interest: Interest { get }

    /// The pass begins. Here fields of events are looked up, once for all events.
    ///
    /// - Throws: what keeps the pass from being made, and is thrown by it.
    func begin(_ trace: TraceContext) throws

    /// Takes what has happened next. The batch is valid for as long as it is held, but holding one costs its memory.
    ///
    /// - Throws: what ends the pass, for all analyzers, and is thrown by it.
    /// - Returns: ``Demand/enough`` if this analyzer wants no more; the pass ends when none does.
    func take(_ batch: TraceBatch) throws -> Demand

    /// The pass is over, though not necessarily the trace: see ``TraceEnd/isWhole``. Not called if the pass failed.
    ///
    /// - Throws: what the pass throws.
    func finish(_ end: TraceEnd) throws
}

extension Analyzer {
    public func begin(_ trace: TraceContext) throws {}
    public func finish(_ end: TraceEnd) throws {}
}

/// Whether an analyzer wants to be given more.
public enum Demand: Sendable {
    /// It goes on.
    case more
    /// It has what it wants.
    case enough
}

/// What a pass has found, once it is over.
public struct TraceEnd: Sendable {
    /// What is known of the trace as a whole.
    public let source: TraceSource
    /// If the pass ended early, of what was read until then, which is more than what analyzers were given.
    public let counts: TraceCounts
    /// False if the analyzers had enough before the trace's end.
    public let isWhole: Bool
}
