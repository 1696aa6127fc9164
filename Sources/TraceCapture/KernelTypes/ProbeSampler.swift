/// Lets probes record for a while.
protocol ProbeSampler {
    /// - Parameters:
    ///   - points: where to look, each once.
    ///   - isEnough: ends the sampling before its time, by the hits so far.
    /// - Throws: what keeps all of them from recording.
    func sample(_ points: [SamplePoint], until isEnough: ([ProbeHit]) -> Bool) throws(CaptureError) -> ProbeSample
}

/// A probe at a function's entry with one value.
struct SamplePoint: Hashable, Sendable {
    let function: String
    /// As probes take it, with `$argN`, and a type in hexadecimal: `+80($arg1):x64`.
    let fetch: String

    /// For a stable order.
    var order: String { "\(function) \(fetch)" }
}

/// A call that a probe has seen.
struct ProbeHit: Equatable, Sendable {
    let point: SamplePoint
    let task: Int32
    /// Nil if the kernel could not read it.
    let value: UInt64?
}

/// What probes have seen.
struct ProbeSample: Equatable, Sendable {
    /// In the order of time.
    var hits: [ProbeHit] = []
    /// Those that the kernel did not set, and why.
    var refused: [SamplePoint: String] = [:]
}
