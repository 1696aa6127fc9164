/// Lines in a viewer that stand below one heading.
struct TimelineGroup {
    /// From 1; tracks and groups are numbered together.
    let id: Int
    let name: String
    /// Whether its tracks are tasks' where that can be.
    var isOfTasks = false
    /// Where it stands among the others.
    var rank = 0
}

/// A line of slices in a viewer, which lie side by side or inside of each other and never overlap otherwise.
struct TimelineTrack {
    /// From 1; tracks and groups are numbered together.
    let id: Int
    /// The heading's number.
    let group: Int
    let name: String
    /// The thread that it shows; nil for all else, and for idle tasks, whose thread ID is 0 on each CPU.
    var tid: Int32?
    /// Where it stands among those of its group.
    var rank = 0
}

/// What a slice or an instant tells of itself.
struct TimelineEvent {
    /// A value with a name.
    struct Argument {
        enum Value {
            case number(UInt64)
            /// What occurs again.
            case label(Label)
            /// What hardly does.
            case text(String)
            case flag(Bool)
        }

        let name: Label
        let value: Value
    }

    let name: Label
    let category: Label
    /// What sets it apart from others of its category.
    var furtherCategory: Label?
    var arguments: [Argument] = []
    /// Joins slices and instants that have the same number, over all tracks, in the order of time.
    var flow: UInt64?
    /// Whether it is the first of its flow.
    var beginsFlow = false
}

/// A form in which tracks are written. Times are ns of the trace clock.
///
/// On one track, slices are begun and ended like brackets, each inside of the one around it. Between tracks, and between the slices of
/// different calls of ``TimelineAnalyzer``, they come in any order of time.
protocol TimelineWriter: AnyObject {
    /// What writes down what belongs in front of all else.
    func begin(_ capture: TimelineCapture) throws

    func declare(_ group: TimelineGroup) throws

    /// Comes before anything on the track. Comes again if the track has got another name.
    func declare(_ track: TimelineTrack) throws

    /// - Parameter end: when it will be ended; nil of what had not ended when the trace did, for which no ``end(on:at:)`` comes.
    func begin(_ event: TimelineEvent, on track: TimelineTrack, at time: UInt64, end: UInt64?) throws

    func end(on track: TimelineTrack, at time: UInt64) throws

    func instant(_ event: TimelineEvent, on track: TimelineTrack, at time: UInt64) throws
}

/// What is said of the capture as a whole.
struct TimelineCapture {
    let name: CaptureName
    /// Name of the trace clock; nil where the trace does not tell.
    let clock: String?
    /// A moment by the machine's real-time clock, in ns since 1970, and the same by the trace clock; nil where the trace does not tell.
    let start: (realNs: UInt64, traceNs: UInt64)?
}
