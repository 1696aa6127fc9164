/// Whether captures may be set beside each other.
enum Comparability {
    /// What is different between base and head and may be what is looked for, or what misleads: a sentence each.
    ///
    /// - Throws: ``GateError`` where a comparison would say nothing: other functions, events or clocks were recorded.
    static func warnings(_ base: [CaptureProfile], _ head: [CaptureProfile]) throws(GateError) -> [String] {
        let captures = base + head
        try refuse(captures, "records other functions", "with the same --noise, --root and --all-functions") {
            $0.scope.map { $0.joined(separator: " ") }
        }
        try refuse(captures, "records interrupts otherwise", "with the same of --irqs and --no-irqs") {
            $0.interrupts.map { "\($0)" }
        }
        try refuse(captures, "has another clock", "with the same program") { $0.identity.clock }
        try refuse(captures, "has other flows", "with the same --flow") {
            $0.identity.flows.map { $0.sorted().joined(separator: ",") }
        }
        try refuse(captures, "has requests, or has none", "with the same --flow") {
            $0.requests == nil ? "without" : "with"
        }
        // Budgets alone compare with nothing.
        if base.isEmpty { return [] }
        var warnings: [String] = []
        for (what, value) in facts {
            let (before, after) = (Set(base.map(value)), Set(head.map(value)))
            if before != after { warnings.append("\(what): \(list(before)) in base, \(list(after)) in head") }
        }
        return warnings + topology(base, head) + cost(base, head)
    }

    /// What may be different.
    private static let facts: [(String, @Sendable (CaptureProfile) -> String)] = [
        ("other kernels", { $0.identity.kernel ?? "unknown" }),
        ("other machines", { $0.identity.host ?? "unknown" }),
        ("other commands", { $0.workload }),
    ]

    private static func refuse(
        _ captures: [CaptureProfile], _ what: String, _ remedy: String, _ value: (CaptureProfile) -> String?
    ) throws(GateError) {
        // What a capture does not tell is no reason.
        let known = captures.filter { value($0) != nil }
        guard let first = known.first, let other = known.first(where: { value($0) != value(first) }) else { return }
        throw GateError(other.name, "\(what) than \(first.name): the two cannot be compared; record both \(remedy)")
    }

    private static func list(_ values: Set<String>) -> String {
        values.count > 3 ? "\(values.count) different" : values.sorted().joined(separator: ", ")
    }

    private static func topology(_ base: [CaptureProfile], _ head: [CaptureProfile]) -> [String] {
        let (before, after) = (Set(base.flatMap(\.topology)), Set(head.flatMap(\.topology)))
        return before.subtracting(after).sorted().map { "maps: only in base: \($0)" }
            + after.subtracting(before).sorted().map { "maps: only in head: \($0)" }
    }

    /// What recording took goes into all function times.
    private static func cost(_ base: [CaptureProfile], _ head: [CaptureProfile]) -> [String] {
        func median(_ captures: [CaptureProfile]) -> Double {
            TimeRows.median(captures.compactMap(\.identity.cost?.callNs).map { Double($0) })
        }
        let (before, after) = (median(base), median(head))
        guard before > 0, after > 0, max(before, after) > 1.5 * min(before, after) else { return [] }
        return [
            "recording a call cost \(TimeText.ns(before)) in base and \(TimeText.ns(after)) in head, which is in all times of functions"
        ]
    }
}

extension CaptureProfile {
    /// The command that ran while it was recorded; all of the command line where there is none.
    fileprivate var workload: String {
        guard let line = identity.commandLine else { return "unknown" }
        return line.firstRange(of: " -- ").map { String(line[$0.upperBound...]) } ?? "none"
    }
}
