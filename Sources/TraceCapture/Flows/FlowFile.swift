import TraceFormat

/// Reads flows from JSON, strictly: what is not known is not passed over, since it would be something that somebody wanted.
/// `Documentation/flows.schema.json` is the same for other programs.
struct FlowFile {
    typealias Mistake = PlacedJSON.Mistake

    static let schema = "dmflow.flows/1"

    let flows: [Flow]

    init(_ json: [UInt8]) throws(Mistake) {
        let top = try Entry(try PlacedJSON(json), "the file", required: ["schema", "flows"])
        let schema = try top.text("schema")
        guard schema == Self.schema else {
            throw top.mistake("its schema is '\(schema)', not '\(Self.schema)'", at: "schema")
        }
        flows = try top.items("flows").map(Self.flow)
        var places: [String: Int] = [:]
        for (number, flow) in flows.enumerated() {
            if let first = places.updateValue(number, forKey: flow.name) {
                throw try top.items("flows")[number].mistake(
                    "flows[\(number)] has the name '\(flow.name)' of flows[\(first)]")
            }
        }
    }

    // MARK: Parts

    /// Keys of what a flow records, of which it has one at least.
    private static let kinds = ["roots", "tracepoints", "probes", "user"]

    private static func flow(_ place: Located) throws(Mistake) -> Flow {
        let entry = try Entry(
            place.value, place.path, required: ["name", "summary"], optional: ["default", "with"] + kinds)
        let name = try entry.text("name", of: .flow)
        guard kinds.contains(where: entry.has) else {
            let keys = kinds.map { "'\($0)'" }.joined(separator: ", ")
            throw entry.mistake("the flow '\(name)' records nothing: it has none of \(keys)")
        }
        var flow = Flow(name: name, summary: try entry.text("summary"))
        flow.isDefault = try entry.boolean("default")
        flow.with = try entry.texts("with", of: .flow) ?? []
        flow.roots = try entry.each("roots") { (place) throws(Mistake) in try root(place) }
        try refuseDoubles(flow.roots.map { [$0.function, $0.module ?? ""] }, entry, "roots")
        flow.tracepoints = try entry.each("tracepoints") { (place) throws(Mistake) in try tracepoint(place) }
        try refuseDoubles(flow.tracepoints.map { [$0.event] }, entry, "tracepoints")
        flow.probes = try entry.each("probes") { (place) throws(Mistake) in try probe(place) }
        try refuseDoubles(flow.probes.map { [$0.name] }, entry, "probes")
        flow.user = try entry.located("user").map { (place) throws(Mistake) in try user(place) }
        return flow
    }

    private static func root(_ place: Located) throws(Mistake) -> Flow.Root {
        let entry = try Entry(
            place.value, place.path, required: ["function"], optional: ["module", "kernels", "instead"])
        return Flow.Root(
            function: try entry.text("function", of: .pattern), module: try entry.optionalText("module", of: .module),
            kernels: try entry.optionalText("kernels"), instead: try entry.texts("instead", of: .pattern))
    }

    private static func tracepoint(_ place: Located) throws(Mistake) -> Flow.Tracepoint {
        let entry = try Entry(
            place.value, place.path, required: ["event"], optional: ["filter", "devices", "module", "kernels"])
        return Flow.Tracepoint(
            event: try entry.text("event", of: .event), filter: try entry.optionalText("filter", of: .line),
            devices: try devices(entry), module: try entry.optionalText("module", of: .module),
            kernels: try entry.optionalText("kernels"))
    }

    private static func devices(_ entry: Entry) throws(Mistake) -> Flow.Tracepoint.Devices? {
        guard let text = try entry.optionalText("devices") else { return nil }
        if let devices = Flow.Tracepoint.Devices(rawValue: text) { return devices }
        let known = Flow.Tracepoint.Devices.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        throw entry.mistake("\(entry.path).devices is '\(text)', not \(known)", at: "devices")
    }

    private static func user(_ place: Located) throws(Mistake) -> Flow.UserSide {
        let entry = try Entry(
            place.value, place.path, required: ["process", "functions"], optional: ["threads", "optional"])
        let functions = try entry.each("functions") { (place) throws(Mistake) in try userFunction(place) }
        try refuseDoubles(functions.map { [$0.object, $0.function] }, entry, "functions")
        var user = Flow.UserSide(process: try entry.text("process", of: .program), functions: functions)
        user.isOptional = try entry.boolean("optional") ?? false
        if entry.has("threads") {
            user.threads = try entry.items("threads").map { (place) throws(Mistake) in try thread(place) }
        }
        return user
    }

    private static func userFunction(_ place: Located) throws(Mistake) -> Flow.UserSide.Function {
        let entry = try Entry(
            place.value, place.path, required: ["object", "function"], optional: ["versions", "instead"])
        return Flow.UserSide.Function(
            object: try entry.text("object", of: .object), function: try entry.text("function", of: .symbol),
            versions: try entry.optionalText("versions"), instead: try entry.texts("instead", of: .symbol))
    }

    private static func thread(_ place: Located) throws(Mistake) -> Flow.UserSide.Thread {
        let entry = try Entry(place.value, place.path, required: ["name", "functions"])
        let functions = try entry.texts("functions", of: .symbol) ?? []
        guard !functions.isEmpty else { throw entry.mistake("\(entry.path).functions is empty", at: "functions") }
        return Flow.UserSide.Thread(name: try entry.text("name", of: .some), functions: functions)
    }

    static func refuseDoubles(_ names: [[String]], _ entry: Entry, _ key: String) throws(Mistake) {
        var places: [[String]: Int] = [:]
        for (number, name) in names.enumerated() {
            guard let first = places.updateValue(number, forKey: name) else { continue }
            throw try entry.items(key)[number].mistake(
                "\(entry.path).\(key)[\(number)] is \(key)[\(first)] again, '\(name.joined(separator: " ").trimmed)'")
        }
    }
}
