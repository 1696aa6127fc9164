import FoundationEssentials

extension Report {
    /// The report as JSON of the schema in `schema`, keys sorted, with a newline at the end. Absent values are null.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}

// Synthesized encoding leaves nil out; the contract wants the key with null.

extension Report.Source {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(path, forKey: .path)
        try container.encode(kind, forKey: .kind)
        try container.encode(kernel, forKey: .kernel)
        try container.encode(clock, forKey: .clock)
        try container.encode(cpus, forKey: .cpus)
        try container.encode(notes, forKey: .notes)
    }

    enum CodingKeys: String, CodingKey { case path, kind, kernel, clock, cpus, notes }
}

extension Report.Root {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(function, forKey: .function)
        try container.encode(module, forKey: .module)
        try container.encode(calls, forKey: .calls)
        try container.encode(partialCalls, forKey: .partialCalls)
        try container.encode(latency, forKey: .latency)
        try container.encode(layers, forKey: .layers)
        try container.encode(unattributedNs, forKey: .unattributedNs)
    }

    enum CodingKeys: String, CodingKey {
        case function, module, calls, partialCalls, latency, layers, unattributedNs
    }
}

extension Report.FunctionTime {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(function, forKey: .function)
        try container.encode(module, forKey: .module)
        try container.encode(layer, forKey: .layer)
        try container.encode(calls, forKey: .calls)
        try container.encode(selfNs, forKey: .selfNs)
        try container.encode(totalNs, forKey: .totalNs)
    }

    enum CodingKeys: String, CodingKey { case function, module, layer, calls, selfNs, totalNs }
}
