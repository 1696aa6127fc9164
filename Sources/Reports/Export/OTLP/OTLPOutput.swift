import GraphParser
import TraceFormat

/// Each request as a trace of OpenTelemetry.
struct OTLPOutput: OutputFormat {
    let name = "otlp"
    let help = "each request as a trace of OpenTelemetry, its stages as spans: lines of OTLP in JSON"
    let needsSummary = false

    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? { Exporting(sink) }

    private final class Exporting: RequestTaker {
        let interest = Interest()
        private let sink: OutputSink
        private var name: CaptureName?
        private var clock = WallClock(TraceIdentity())
        private var hash: CaptureHash?
        private var batch = SpanBatch(resource: []) { $0 }

        /// A line has about so many: receivers limit what they take at once.
        private static let spansOfLine = 500

        init(_ sink: OutputSink) { self.sink = sink }

        func begin(_ trace: TraceContext) {
            let name = CaptureName(trace)
            let clock = WallClock(trace.identity)
            (self.name, self.clock) = (name, clock)
            var resource: [(String, SpanBatch.Value)] = [
                ("service.name", .text("dmflow")), ("os.type", .text("linux")),
            ]
            if let host = name.host { resource.append(("host.name", .text(host))) }
            if let kernel = name.kernel { resource.append(("os.version", .text(kernel))) }
            resource.append(("dmflow.capture", .text(name.capture)))
            if let boot = name.boot { resource.append(("dmflow.boot.id", .text(boot))) }
            let isReal = clock.time(of: 0) != nil || trace.identity.startOnClockNs.flatMap(clock.time(of:)) != nil
            resource.append(("dmflow.time", .text(isReal ? "real time" : "trace clock, not since 1970")))
            if let clock = trace.identity.clock { resource.append(("dmflow.clock", .text(clock))) }
            batch = SpanBatch(resource: resource) { isReal ? clock.time(of: $0) ?? 0 : $0 }
        }

        func take(_ batch: TraceBatch) -> Demand { .more }

        func take(_ request: Request, _ names: PathNames) throws {
            guard let name else { return }
            let hash = self.hash ?? CaptureHash(name, firstNs: request.startNs)
            self.hash = hash
            for span in RequestSpans(request, names, hash).all { batch.add(span) }
            if batch.count >= Self.spansOfLine { try batch.write(to: sink) }
        }

        func finish(_ end: TraceEnd) throws { try batch.write(to: sink) }
    }
}
