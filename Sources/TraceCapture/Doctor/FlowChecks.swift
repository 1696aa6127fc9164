/// What of the flows can be recorded.
extension Examination {
    private var group: Finding.Group { .flows }

    func flowFindings(_ catalogue: FlowCatalogue) -> [Finding] {
        guard unreadable == nil, let files else { return [group.unknown("flows", unreadable ?? "needs root")] }
        do throws(CaptureError) {
            let available = try AvailableFunctions(files)
            let listing = FlowListing(
                catalogue, available: available, kallsyms: symbols, modules: modules, proc: "\(machine.root)/proc")
            let scope = available.functions(in: .storageStack(noise: [], interrupts: true)).count
            return [defaults(catalogue, available)].compactMap { $0 } + summaries(listing)
                + [group.ok("scope", "\(scope) of \(available.count) functions would call the tracer")]
        } catch {
            return [group.problem("functions", error)]
        }
    }

    /// What is recorded when nothing is asked for.
    private func defaults(_ catalogue: FlowCatalogue, _ available: AvailableFunctions) -> Finding? {
        do throws(CaptureError) {
            let roots = try RootResolution(
                flows: catalogue.defaults, roots: [], catalogue: catalogue, available: available)
            let names = roots.functions.map(\.name).joined(separator: ", ")
            return group.ok("by default", "\(catalogue.defaults.joined(separator: ", ")): \(names)")
        } catch {
            let flows = catalogue.flows.filter { $0.isDefault == true }
            let modules = Set(flows.flatMap(\.roots).compactMap(\.module)).sorted()
            return group.problem(
                "by default", error.fact,
                remedy: self.modules.remedy(for: modules) ?? "dmflow flows says what this kernel has")
        }
    }

    private func summaries(_ listing: FlowListing) -> [Finding] {
        let lost = listing.entries.map { ($0, $0.missing.filter(\.cause.isLoss)) }
        let whole = lost.filter { !$0.0.traced.isEmpty && $0.1.isEmpty }
        let partial = lost.filter { !$0.0.traced.isEmpty && !$0.1.isEmpty }
        let absent = lost.filter { $0.0.traced.isEmpty }
        let counts = [(whole.count, "whole"), (partial.count, "in part"), (absent.count, "not at all")]
        let fact =
            "\(lost.count) flows: "
            + counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        if whole.count == lost.count { return [group.ok("flows", fact)] }
        return [group.note("flows", fact, remedy: "dmflow flows says more")]
            + partial.map { entry, missing in
                group.note(
                    entry.flow.name,
                    "without \(KernelText.listing(missing.map { "\($0.function) (\($0.reason))" }, limit: 2))")
            }
            + (absent.isEmpty ? [] : [without(absent.map(\.0))])
    }

    private func without(_ entries: [FlowListing.Entry]) -> Finding {
        let names = KernelText.listing(entries.map(\.flow.name), limit: 8)
        let modules = Set(entries.flatMap(\.missing).compactMap(\.cause.module)).sorted()
        return group.note("not at all", names, remedy: self.modules.remedy(for: modules))
    }
}
