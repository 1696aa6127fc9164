import TraceFormat

/// Reads a policy: YAML of which every key is known, so that a misspelt one is an error and no budget that never fails.
struct PolicyReader {
    let path: String
    /// The roots of a flow, by its name.
    let flows: [String: [String]]
    /// Reads a file that the policy names, such as aliases.
    let read: (String) throws -> String

    func policy(_ bytes: [UInt8]) throws(GateError) -> Policy {
        var policy = Policy()
        policy.path = path
        guard let document = try YAML.parse(bytes, path: path) else { return policy }
        let root = try Keys(document, self, known: ["cannot-tell", "time", "shape", "classes", "budgets"])
        if let value = try root.text("cannot-tell") {
            policy.passesCannotTell = try choice(value, ["pass": true, "fail": false], root, "cannot-tell")
        }
        if let time = root["time"] { policy.time = try self.time(time) }
        if let shape = root["shape"] { policy.shape = try self.shape(shape) }
        if let classes = root["classes"] { try add(classes, to: &policy.classes) }
        for budget in try root.list("budgets") {
            policy.budgets.append(try BudgetReader(reader: self, classes: policy.classes).budget(budget))
        }
        var names: Set<String> = []
        if let twice = policy.budgets.first(where: { !names.insert($0.name).inserted }) {
            throw GateError(twice.place, "budget '\(twice.name)' is there twice; a name stands for one")
        }
        return policy
    }

    private func time(_ value: YAML) throws(GateError) -> Policy.Time {
        var time = Policy.Time()
        if case .scalar("off") = value.content {
            time.isCompared = false
            return time
        }
        let keys = try Keys(
            value, self,
            known: [
                "tolerance", "speed-tolerance", "floor", "least-count", "false-alarms", "figures", "rows", "ignore",
                "order",
            ])
        if let part = try keys.part("tolerance") { time.tolerance = part }
        if let part = try keys.part("speed-tolerance") { time.speedTolerance = part }
        if let ns = try keys.duration("floor") { time.floorNs = ns }
        if let count = try keys.count("least-count") { time.leastCount = max(1, count) }
        if let part = try keys.part("false-alarms") { time.falseAlarms = part }
        if keys["figures"] != nil {
            time.figures = []
            for (text, line) in try keys.texts("figures") {
                guard let figure = Figure(rawValue: text) else {
                    throw error(
                        line,
                        "'\(text)' is no figure; there are \(Figure.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                if !time.figures.contains(figure) { time.figures.append(figure) }
            }
        }
        if keys["rows"] != nil { (time.rows, time.ignored) = (try keys.texts("rows").map(\.text), []) }
        if keys["ignore"] != nil { time.ignored = try keys.texts("ignore").map(\.text) }
        if let order = try keys.text("order") {
            time.anyOrder = try choice(order, ["any": true, "turns": false], keys, "order")
        }
        return time
    }

    private func shape(_ value: YAML) throws(GateError) -> Policy.Shape {
        var shape = Policy.Shape()
        if case .scalar("off") = value.content {
            shape.isCompared = false
            return shape
        }
        let keys = try Keys(value, self, known: ["floor", "least-calls", "ignore", "fast", "aliases"])
        if let number = try keys.number("floor") { shape.floor = number }
        if let count = try keys.count("least-calls") { shape.leastCalls = max(1, count) }
        shape.ignored = try keys.texts("ignore").map(\.text)
        shape.fast = try keys.texts("fast").map(\.text)
        if let file = try keys.text("aliases") {
            let text: String
            do { text = try read(file) } catch {
                throw self.error(keys.line("aliases"), "'\(file)' cannot be read: \(error)")
            }
            shape.aliases = shape.aliases.merged(with: try Aliases(text: text, path: file))
        }
        return shape
    }

    private func add(_ value: YAML, to classes: inout CallClasses) throws(GateError) {
        guard case .map(let pairs) = value.content else {
            throw error(value.line, "'classes' has names with lists of functions")
        }
        for (key, list) in pairs {
            guard case .scalar(let name) = key.content else { throw error(key.line, "a class needs a name") }
            classes.add(name, try texts(list))
        }
    }

    func choice<Value>(_ text: String, _ values: [String: Value], _ keys: Keys, _ key: String) throws(GateError)
        -> Value
    {
        if let value = values[text] { return value }
        throw error(
            keys.line(key), "'\(key)' is '\(text)'; it can be \(values.keys.sorted().joined(separator: " or "))")
    }

    /// One text, or several.
    func texts(_ value: YAML) throws(GateError) -> [String] {
        switch value.content {
        case .scalar(let text): return [text]
        case .list(let items):
            var texts: [String] = []
            for item in items {
                guard case .scalar(let text) = item.content else { throw error(item.line, "is no name") }
                texts.append(text)
            }
            return texts
        case .map: throw error(value.line, "is no list of names")
        }
    }

    func error(_ line: Int, _ problem: String) -> GateError { GateError("\(path):\(line)", problem) }
}

extension Policy {
    /// Reads a policy.
    ///
    /// - Parameters:
    ///   - bytes: YAML.
    ///   - path: where they come from, for errors.
    ///   - flows: the roots of each flow, so that budgets can name it.
    ///   - read: reads a file that the policy names.
    /// - Throws: ``GateError`` for what is no policy: unknown keys, values that cannot be, budgets without a bound.
    public init(
        _ bytes: [UInt8], path: String, flows: [String: [String]], read: @escaping (String) throws -> String
    ) throws(GateError) {
        self = try PolicyReader(path: path, flows: flows, read: read).policy(bytes)
    }
}
