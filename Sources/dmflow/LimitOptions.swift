import ArgumentParser
import TraceCapture

/// When a capture ends by itself, and what it keeps then.
struct LimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Stop after this time: 500ms, 10s, 2m. A bare number is seconds.", valueName: "time"),
        transform: Quantity.seconds)
    var duration: UInt64?

    @Option(
        help: ArgumentHelp(
            "Stop when more than this is recorded: 500M, 1.5G. A bare number is bytes.", valueName: "size"),
        transform: Quantity.bytes)
    var maxSize: Int?

    @Option(
        help: ArgumentHelp(
            "Stop, with exit code 1, when more than this part of the events is lost: 1%.", valueName: "share"),
        transform: Quantity.share)
    var maxLoss: Double?

    @Option(
        help: ArgumentHelp(
            "Stop, with exit code 1, when tracing takes more than this part of a CPU's time, over a second: 20%.",
            valueName: "share"),
        transform: Quantity.share)
    var maxOverhead: Double?

    @Option(
        name: .customLong("last"),
        help: ArgumentHelp(
            "Flight recorder: keep only the last TIME, as far as the ring buffer holds it: 10s. A bare number is seconds. Nothing is written before the end.",
            valueName: "time"),
        transform: Quantity.seconds)
    var last: UInt64?

    @Option(
        name: .customLong("stop-at"),
        help: ArgumentHelp(
            "Stop when a function of the kernel is called first, such as fail_path; several with commas.",
            valueName: "function"))
    var stopFunctions: [String] = []

    @Option(
        help: ArgumentHelp(
            "Go on for so long after that call; 100ms by default. A bare number is seconds.", valueName: "time"),
        transform: Quantity.secondsOrNone)
    var stopAfter: UInt64?

    func validate() throws {
        if stopFunctions.contains(where: { $0.names.isEmpty }) { throw ValidationError("--stop-at names no function") }
        if stopAfter != nil && stopFunctions.isEmpty { throw ValidationError("--stop-after needs --stop-at") }
        if last != nil && maxLoss != nil {
            throw ValidationError("--last and --max-loss exclude each other: what is overwritten is not lost then")
        }
        if last != nil && maxSize != nil {
            throw ValidationError("--last and --max-size exclude each other: the ring buffer is the limit then")
        }
    }

    /// The limits, without `last`.
    var limits: CaptureLimits {
        var limits = CaptureLimits()
        limits.duration = duration
        limits.bytes = maxSize
        limits.lost = maxLoss
        limits.overhead = maxOverhead
        limits.stopFunctions = stopFunctions.flatMap(\.names).map(\.functionName)
        limits.stopDelay = stopAfter ?? 100_000_000
        return limits
    }
}
