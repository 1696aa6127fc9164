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
            place.value, place.path, required: ["name", "from"], optional: ["path", "offsets", "type"])
        let from = try entry.text("from", of: .source)
        // What a function was called with is not kept until it returns.
        if (moment == .return) != (from == "return") {
            let allowed =
                moment == .return ? "a probe at the return has 'return' only" : "it is known at the return only"
            throw entry.mistake("\(entry.path).from is '\(from)': \(allowed)", at: "from")
        }
        let type = try entry.optionalText("type", of: .fetchType)
        return Flow.KernelProbe.Field(
            name: try entry.text("name", of: .symbol), from: from, way: try way(entry, type: type), type: type)
    }

    private static func way(_ entry: Entry, type: String?) throws(Mistake) -> Flow.KernelProbe.Field.Way {
        if let members = try entry.optionalText("path", of: .members) {
            if entry.has("offsets") {
                throw entry.mistake("\(entry.path) has both 'path' and 'offsets'", at: "offsets")
            }
            return .members(members)
        }
        guard entry.has("offsets") else { return .value }
        if type == nil { throw entry.mistake("'type' is missing in \(entry.path): bytes alone do not tell it") }
        return .offsets(try entry.each("offsets") { (place) throws(Mistake) in try number(place) })
    }

    private static func number(_ place: Located) throws(Mistake) -> Int {
        guard case .number(let digits) = place.value.value, let number = Int(digits) else {
            throw place.mistake("\(place.path) is \(place.value.kind), not a whole number")
        }
        return number
    }
}
