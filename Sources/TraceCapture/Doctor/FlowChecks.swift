extension CheckGroup {
    static let flows = CheckGroup("flows", title: "Flows") { $0.flowFindings($0.catalogue) }
}

/// What of the flows can be recorded.
extension Examination {
    private var group: CheckGroup { .flows }

    func flowFindings(_ catalogue: FlowCatalogue) -> [Finding] {
        guard unreadable == nil, let files else { return [group.unknown("flows", unreadable ?? "needs root")] }
        do throws(CaptureError) {
            let kernel = tracedKernel(files)
            let available = try kernel.functions()
            let listing = try FlowListing(catalogue, on: kernel)
            let scope = available.functions(in: .storageStack(noise: [], interrupts: true)).count
            return [defaults(catalogue, kernel)].compactMap { $0 } + requests(listing, kernel) + summaries(listing)
                + [group.ok("scope", "\(scope) of \(available.count) functions would call the tracer")]
        } catch {
            return [group.problem("functions", error)]
        }
    }

    private func tracedKernel(_ files: any TracingFiles) -> TracedKernel {
        let release = KernelRelease(machine.release) ?? .running
        let fields = KernelFields.lookedUp(
            release: release, architecture: machine.architecture,
            directory: "\(machine.root)\(KernelTypes.directory)")
        return TracedKernel(
            files, release: release, architecture: machine.architecture, resolver: fields,
            proc: "\(machine.root)/proc", symbols: { symbols }, modules: { modules })
    }

    /// What is recorded when nothing is asked for.
    private func defaults(_ catalogue: FlowCatalogue, _ kernel: TracedKernel) -> Finding? {
        do throws(CaptureError) {
            let plan = try RecordingPlan(flows: catalogue.defaults, roots: [], catalogue: catalogue, on: kernel)
            let counts = [(plan.probeEvents.count, "kernel probe"), (plan.events.count, "event")]
            let names =
                plan.of(GraphRoots.self).functions.map(\.name)
                + counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
            return group.ok(
                "by default", "\(catalogue.defaults.joined(separator: ", ")): \(names.joined(separator: ", "))")
        } catch {
            let flows = catalogue.flows.filter { $0.isDefault == true }
            let modules = Set(flows.flatMap(\.modules)).sorted()
            return group.problem(
                "by default", error.fact,
                remedy: self.modules.remedy(for: modules) ?? "dmflow flows says what this kernel has")
        }
    }

    /// How requests are recorded, and how on a busy host.
    private func requests(_ listing: FlowListing, _ kernel: TracedKernel) -> [Finding] {
        guard let entry = listing.entries.first(where: { $0.flow.name == Flow.requests }), !entry.recorded.isEmpty
        else {
            return []
        }
        let probes = RequestProbes(kernel)
        let form =
            probes.isWhole
            ? group.ok("probes of requests", probes.description)
            : group.note(
                "probes of requests", probes.description,
                remedy: probes.isAvailable ? nil : "use a kernel with CONFIG_KPROBE_EVENTS=y")
        return [
            form,
            group.ok(
                "busy host",
                "dmflow capture --light records requests and failovers alone, at a small part of what trees of calls cost"
            ),
        ]
    }

    private func summaries(_ listing: FlowListing) -> [Finding] {
        let lost = listing.entries.map { ($0, $0.unrecorded.filter(\.cause.isLoss)) }
        let whole = lost.filter { !$0.0.recorded.isEmpty && $0.1.isEmpty }
        let partial = lost.filter { !$0.0.recorded.isEmpty && !$0.1.isEmpty }
        let absent = lost.filter { $0.0.recorded.isEmpty }
        let counts = [(whole.count, "whole"), (partial.count, "in part"), (absent.count, "not at all")]
        let fact =
            "\(lost.count) flows: "
            + counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        if whole.count == lost.count { return [group.ok("flows", fact)] }
        return [group.note("flows", fact, remedy: "dmflow flows says more")]
            + partial.map { entry, missing in
                group.note(
                    entry.flow.name,
                    "without \(KernelText.listing(missing.map { "\($0.name) (\($0.reason))" }, limit: 2))")
            }
            + (absent.isEmpty ? [] : [without(absent.map(\.0))])
    }

    private func without(_ entries: [FlowListing.Entry]) -> Finding {
        let names = KernelText.listing(entries.map(\.flow.name), limit: 8)
        let modules = Set(entries.flatMap(\.unrecorded).compactMap(\.cause.module)).sorted()
        return group.note("not at all", names, remedy: self.modules.remedy(for: modules))
    }
}
