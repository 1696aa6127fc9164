/// What the flows resolve to on this kernel, and why something is missing.
public struct FlowListing: Sendable {
    /// A flow on this kernel.
    public struct Entry: Equatable, Sendable {
        /// As the catalogue has it.
        public let flow: Flow
        /// What is recorded: functions as `name [module]`, and what is of another kind, said so.
        public let recorded: [String]
        /// What is not recorded as the flow has it, and why.
        public let unrecorded: [Unrecorded]
    }

    /// In the order of the catalogue.
    public let entries: [Entry]

    /// - Throws: `.tracefsNotMounted`, `.notPermitted`.
    public init(_ catalogue: FlowCatalogue) throws(CaptureError) {
        let fields = KernelFields.lookedUp(release: .running, architecture: TracedKernel.architecture)
        try self.init(catalogue, on: TracedKernel(try Tracefs(), resolver: fields))
    }

    /// - Throws: `.notPermitted`, and what keeps everybody from tracing here.
    init(_ catalogue: FlowCatalogue, on kernel: TracedKernel) throws(CaptureError) {
        do { _ = try kernel.functions() } catch {
            // A kernel without the tracer has no such list.
            let forbidden = CaptureError(
                .notPermitted, path: kernel.files.path("available_filter_functions"), errno: error.errno)
            throw Preflight(files: kernel.files).obstacles().first ?? forbidden
        }
        entries = catalogue.flows.map { Self.entry($0, on: kernel) }
    }

    private static func entry(_ flow: Flow, on kernel: TracedKernel) -> Entry {
        var (recorded, unrecorded): ([String], [Unrecorded]) = ([], [])
        // What is in user space comes first, as it calls the rest.
        for kind in recordedKinds.reversed() {
            do throws(CaptureError) {
                guard let thing = try kind.init(flow, on: kernel) else { continue }
                recorded += thing.recorded
                unrecorded += thing.unrecorded(on: kernel)
            } catch {
                unrecorded.append(Unrecorded(name: "\(kind.noun)s", cause: .other(error.fact, isLoss: true)))
            }
        }
        return Entry(flow: flow, recorded: recorded, unrecorded: unrecorded)
    }
}
