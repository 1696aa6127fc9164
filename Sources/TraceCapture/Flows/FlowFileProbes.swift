/// The kernel probes of a flow.
extension FlowFile {
    static func probe(_ place: Located) throws(Mistake) -> Flow.KernelProbe {
        let entry = try Entry(
            place.value, place.path, required: ["name", "function"],
            optional: ["at", "module", "fields", "kernels", "instead"])
        var probe = Flow.KernelProbe(
            name: try entry.text("name", of: .probe), function: try entry.text("function", of: .function))
        probe.moment = try moment(entry)
        probe.module = try entry.optionalText("module", of: .module)
        probe.kernels = try entry.optionalText("kernels")
        probe.instead = try entry.texts("instead", of: .function)
        probe.fields = try entry.each("fields") { [moment = probe.moment] (place) throws(Mistake) in
            try field(place, at: moment)
        }
        try refuseDoubles(probe.fields.map { [$0.name] }, entry, "fields")
        return probe
    }

    private static func moment(_ entry: Entry) throws(Mistake) -> Flow.KernelProbe.Moment {
        guard let text = try entry.optionalText("at") else { return .entry }
        if let moment = Flow.KernelProbe.Moment(rawValue: text) { return moment }
        throw entry.mistake("\(entry.path).at is '\(text)', not 'entry' or 'return'", at: "at")
    }

    private static func field(
        _ place: Located, at moment: Flow.KernelProbe.Moment
    ) throws(Mistake) -> Flow.KernelProbe.Field {
        let entry = try Entry(
            place.value, place.path, required: ["name"],
            optional: ["from", "path", "offsets", "type", "instead", "unproven", "kernels"])
        let name = try entry.text("name", of: .symbol)
        let type = try entry.optionalText("type", of: .fetchType)
        let place = try self.place(entry, at: moment, type: type)
        return Flow.KernelProbe.Field(
            name: name, place: place, type: type, instead: try others(entry, than: place),
            unproven: try unproven(entry, place),
            kernels: try entry.optionalText("kernels"))
    }

    /// Other paths from where the field's own begins.
    private static func others(
        _ entry: Entry, than place: Flow.KernelProbe.Field.Place
    ) throws(Mistake) -> [Flow.KernelProbe.Field.Place] {
        switch place {
        case .members(_, let source):
            return try (entry.texts("instead", of: .members) ?? []).map { .members($0, from: source) }
        case .parameter:
            return try (entry.texts("instead", of: .way) ?? []).map { .parameter($0) }
        case .value, .offsets:
            if entry.has("instead") { throw entry.mistake("'instead' needs 'path' in \(entry.path)", at: "instead") }
            return []
        }
    }

    /// Where an address may be on kernels that tell of no place.
    private static func unproven(
        _ entry: Entry, _ place: Flow.KernelProbe.Field.Place
    ) throws(Mistake) -> Flow.KernelProbe.Field.Place? {
        guard entry.has("unproven") else { return nil }
        guard case .members(_, let source) = place else {
            throw entry.mistake("'unproven' needs 'from' and 'path' in \(entry.path)", at: "unproven")
        }
        return .offsets(
            try entry.each("unproven") { (place) throws(Mistake) in try number(place) }, from: source)
    }

    private static func place(
        _ entry: Entry, at moment: Flow.KernelProbe.Moment, type: String?
    ) throws(Mistake) -> Flow.KernelProbe.Field.Place {
        guard let from = try entry.optionalText("from", of: .source).flatMap(ProbeSource.init) else {
            guard let path = try entry.optionalText("path", of: .way) else {
                throw entry.mistake("\(entry.path) has neither 'from' nor 'path'")
            }
            // What a function was called with is not kept until it returns.
            if moment == .return { throw entry.mistake("\(entry.path).path: \(argumentsOnly)", at: "path") }
            if entry.has("offsets") { throw entry.mistake("'offsets' need 'from' in \(entry.path)", at: "offsets") }
            return .parameter(path)
        }
        if (moment == .return) != (from == .returnValue) {
            let reason = moment == .return ? argumentsOnly : "what is returned is known at the return only"
            throw entry.mistake("\(entry.path).from: \(reason)", at: "from")
        }
        if let path = try entry.optionalText("path", of: .members) {
            if entry.has("offsets") {
                throw entry.mistake("\(entry.path) has both 'path' and 'offsets'", at: "offsets")
            }
            return .members(path, from: from)
        }
        guard entry.has("offsets") else { return .value(from) }
        if type == nil { throw entry.mistake("'type' is missing in \(entry.path), where offsets do not tell it") }
        return .offsets(try entry.each("offsets") { (place) throws(Mistake) in try number(place) }, from: from)
    }

    private static let argumentsOnly = "at the return only 'return' is known"

    private static func number(_ place: Located) throws(Mistake) -> Int {
        guard case .number(let digits) = place.value.value, let number = Int(digits) else {
            throw place.mistake("\(place.path) is \(place.value.kind), not a whole number")
        }
        return number
    }
}
