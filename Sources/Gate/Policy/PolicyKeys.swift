import TraceFormat

extension PolicyReader {
    /// The keys of one map of a policy, each known and there once.
    struct Keys {
        let reader: PolicyReader
        /// Of the map.
        let line: Int
        private let values: [String: YAML]

        /// - Throws: ``GateError`` for a key that is not known, or there twice.
        init(_ value: YAML, _ reader: PolicyReader, known: [String]) throws(GateError) {
            guard case .map(let pairs) = value.content else {
                throw reader.error(value.line, "needs keys: \(known.joined(separator: ", "))")
            }
            var values: [String: YAML] = [:]
            for (key, value) in pairs {
                guard case .scalar(let name) = key.content, known.contains(name) else {
                    let name = if case .scalar(let text) = key.content { text } else { "?" }
                    throw reader.error(
                        key.line, "'\(name)' is not known here; there are \(known.joined(separator: ", "))")
                }
                guard values.updateValue(value, forKey: name) == nil else {
                    throw reader.error(key.line, "'\(name)' is there twice")
                }
            }
            (self.values, self.reader, line) = (values, reader, value.line)
        }

        subscript(key: String) -> YAML? { values[key] }

        var names: Set<String> { Set(values.keys) }

        func line(_ key: String) -> Int { values[key]?.line ?? line }

        func text(_ key: String) throws(GateError) -> String? {
            guard let value = values[key] else { return nil }
            guard case .scalar(let text) = value.content, !text.isEmpty else {
                throw reader.error(value.line, "'\(key)' needs a value")
            }
            return text
        }

        /// One text, or several; none without the key.
        func texts(_ key: String) throws(GateError) -> [(text: String, line: Int)] {
            guard let value = values[key] else { return [] }
            let texts = try reader.texts(value)
            guard !texts.isEmpty, texts.allSatisfy({ !$0.isEmpty }) else {
                throw reader.error(value.line, "'\(key)' needs a value")
            }
            return texts.map { ($0, value.line) }
        }

        func list(_ key: String) throws(GateError) -> [YAML] {
            guard let value = values[key] else { return [] }
            guard case .list(let items) = value.content else { throw reader.error(value.line, "'\(key)' is a list") }
            return items
        }

        // MARK: Numbers

        /// `10%`, or `0.1`: above 0 and below 1.
        func part(_ key: String) throws(GateError) -> Double? {
            guard let text = try text(key) else { return nil }
            let isPercent = text.hasSuffix("%")
            let number = Double(isPercent ? String(text.dropLast()) : text).map { isPercent ? $0 / 100 : $0 }
            // A bare 10 is more likely to mean 10 % than ten times.
            guard let number, number > 0,
                key == "false-alarms" ? number <= 0.1 : number < 1 || isPercent && number <= 10
            else {
                throw reader.error(line(key), "'\(key)' is '\(text)', and no part such as 10%")
            }
            return number
        }

        /// From 0.
        func number(_ key: String) throws(GateError) -> Double? {
            guard let text = try text(key) else { return nil }
            guard let number = Double(text), number.isFinite, number >= 0 else {
                throw reader.error(line(key), "'\(key)' is '\(text)', and no number")
            }
            return number
        }

        func count(_ key: String) throws(GateError) -> Int? {
            guard let text = try text(key) else { return nil }
            guard let number = Int(text), (0...1_000_000_000).contains(number) else {
                throw reader.error(line(key), "'\(key)' is '\(text)', and no whole number")
            }
            return number
        }

        /// `8us`, in ns.
        func duration(_ key: String) throws(GateError) -> Double? {
            guard let text = try text(key) else { return nil }
            let unit = text.drop { $0.isNumber || $0 == "." }.filter { $0 != " " }
            let factors = ["ns": 1.0, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9]
            guard let factor = factors[unit], let number = Double(text.prefix { $0.isNumber || $0 == "." }),
                number >= 0, number < 1e9
            else {
                throw reader.error(line(key), "'\(key)' is '\(text)', and no time such as 8us")
            }
            return number * factor
        }
    }
}
