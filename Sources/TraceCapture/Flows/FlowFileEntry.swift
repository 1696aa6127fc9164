import TraceFormat

extension FlowFile {
    /// A value with the way to it through the keys, such as `flows[2].roots[0]`.
    struct Located {
        let value: PlacedJSON
        let path: String

        func mistake(_ problem: String) -> Mistake { Mistake(problem: problem, offset: value.offset) }
    }

    /// What a text of the file may be.
    enum Kind {
        case some, flow, pattern, function, module, object, symbol, program
        /// What tracepoints and kernel probes take.
        case event, line, probe, source, members, way, fetchType

        var words: String {
            switch self {
            case .some: "a text"
            case .flow: "a name of letters, digits, - and _"
            case .pattern: "the name of a function, or a pattern with * and ?"
            case .function: "the name of a function"
            case .module: "the name of a module"
            case .object: "letters, digits and single _"
            case .symbol: "a name of C"
            case .program: "the base name of a program"
            case .event: "the name of an event with its system, such as block:block_rq_issue"
            case .line: "a text of one line"
            case .probe:
                "a name of C of up to \(ProbeName.maxSize) characters that does not begin with "
                    + ProbeList.reservedPrefixes.joined(separator: ", ")
            case .source: "arg1 to arg12, return, stack, stack0 and so on, or a register such as %di"
            case .members: "a member's name behind its structure's, such as scsi_cmnd.device->sdev_name"
            case .way: "the name of an argument, or what it leads to, such as bd->rq->__sector"
            case .fetchType: "a type of the kernel's probes, such as x64, u32, s8, string or symbol"
            }
        }

        func holds(_ text: String) -> Bool {
            guard !text.isEmpty else { return false }
            return switch self {
            case .some: true
            case .flow, .module: text.isMade(of: "-_")
            case .pattern: text.isMade(of: "_.$:*?")
            // It is a part of an event's name, whose parts are parted by two.
            case .object: text.isMade(of: "_") && !text.contains("__")
            case .symbol: text.isMade(of: "_") && !text.first!.isNumber
            case .program: !text.contains("/")
            case .function: text.isMade(of: "_.$")
            case .event:
                text.count { $0 == ":" } == 1
                    && text.split(separator: ":", omittingEmptySubsequences: false).allSatisfy {
                        Kind.symbol.holds("\($0)")
                    }
            case .line: text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            case .probe: Kind.symbol.holds(text) && ProbeList.canBeNamed(text)
            case .source: ProbeSource(text) != nil
            case .members: Kind.way.holds(text) && text.contains(".")
            case .way: text.isMade(of: "_.->[]()") && text.utf8.first.map { $0 == 0x5f || $0 > 0x40 } == true
            case .fetchType: ProbeSource.isType(text)
            }
        }
    }

    /// An object of the file, of which all keys are known.
    struct Entry {
        let path: String
        private let members: [String: PlacedJSON]
        private let offset: Int

        init(
            _ value: PlacedJSON, _ path: String, required: [String], optional: [String] = []
        ) throws(Mistake) {
            guard case .object(let members) = value.value else {
                throw Mistake(problem: "\(path) is \(value.kind), not an object", offset: value.offset)
            }
            let known = required + optional
            for member in members where !known.contains(member.key) {
                let nearest = nearestNames(to: member.key, among: known).first.map { "; did you mean '\($0)'?" }
                let all = known.map { "'\($0)'" }.joined(separator: ", ")
                throw Mistake(
                    problem: "'\(member.key)' is no key of \(path)\(nearest ?? ", which takes \(all)")",
                    offset: member.offset)
            }
            self.path = path
            self.members = Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) })
            offset = value.offset
            for key in required where self.members[key] == nil { throw mistake("'\(key)' is missing in \(path)") }
        }

        func has(_ key: String) -> Bool { members[key] != nil }

        func mistake(_ problem: String, at key: String? = nil) -> Mistake {
            Mistake(problem: problem, offset: key.flatMap { members[$0]?.offset } ?? offset)
        }

        func located(_ key: String) -> Located? { members[key].map { Located(value: $0, path: path(to: key)) } }

        private func path(to key: String) -> String { path == "the file" ? key : "\(path).\(key)" }

        private func wrong(_ key: String, _ value: PlacedJSON, _ expected: String) -> Mistake {
            mistake("\(path(to: key)) is \(value.kind), not \(expected)", at: key)
        }

        // MARK: Texts

        func text(_ key: String, of kind: Kind? = nil) throws(Mistake) -> String {
            guard let text = try optionalText(key, of: kind) else { throw mistake("'\(key)' is missing in \(path)") }
            return text
        }

        func optionalText(_ key: String, of kind: Kind? = nil) throws(Mistake) -> String? {
            guard let value = members[key] else { return nil }
            return try Self.text(Located(value: value, path: path(to: key)), of: kind)
        }

        func texts(_ key: String, of kind: Kind) throws(Mistake) -> [String]? {
            guard has(key) else { return nil }
            return try items(key).map { (item) throws(Mistake) in try Self.text(item, of: kind) }
        }

        private static func text(_ place: Located, of kind: Kind?) throws(Mistake) -> String {
            guard case .string(let text) = place.value.value else {
                throw place.mistake("\(place.path) is \(place.value.kind), not a string")
            }
            guard kind?.holds(text) ?? true else {
                throw place.mistake("\(place.path) is '\(text)', not \(kind!.words)")
            }
            return text
        }

        // MARK: Others

        func boolean(_ key: String) throws(Mistake) -> Bool? {
            guard let value = members[key] else { return nil }
            guard case .boolean(let boolean) = value.value else { throw wrong(key, value, "true or false") }
            return boolean
        }

        /// The items of a list, which is not empty if it is there.
        func each<Item>(_ key: String, _ read: (Located) throws(Mistake) -> Item) throws(Mistake) -> [Item] {
            let items = try items(key)
            if items.isEmpty && has(key) { throw mistake("\(path(to: key)) is empty", at: key) }
            return try items.map(read)
        }

        func items(_ key: String) throws(Mistake) -> [Located] {
            guard let value = members[key] else { return [] }
            guard case .array(let values) = value.value else { throw wrong(key, value, "a list") }
            return values.enumerated().map { Located(value: $0.element, path: "\(path(to: key))[\($0.offset)]") }
        }
    }
}

extension String {
    /// Whether it has ASCII's letters and digits only, and these.
    fileprivate func isMade(of others: String) -> Bool {
        allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || others.contains($0)) }
    }
}
