import CYaml
import TraceFormat

/// A value of a YAML document, and where it stands.
struct YAML: Sendable {
    enum Content: Sendable {
        case scalar(String)
        case list([YAML])
        /// In the order of the text.
        case map([(key: YAML, value: YAML)])
    }

    let content: Content
    /// From 1.
    let line: Int

    /// Deeper, or with more values, than any policy: anchors can stand for themselves.
    private static let (maxDepth, maxValues) = (16, 20_000)

    /// - Parameters:
    ///   - bytes: one document.
    ///   - path: where they come from, for the error.
    /// - Throws: ``GateError`` if they are no YAML, more than one document, or too deep.
    static func parse(_ bytes: [UInt8], path: String) throws(GateError) -> YAML? {
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else { throw GateError(path, "cannot be read: no memory") }
        defer { yaml_parser_delete(&parser) }
        return try bytes.withUnsafeBufferPointer { buffer throws(GateError) in
            yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
            let first = try document(&parser, path)
            if first != nil, try document(&parser, path) != nil {
                throw GateError(path, "has several documents; a policy is one")
            }
            return first
        }
    }

    private static func document(_ parser: inout yaml_parser_t, _ path: String) throws(GateError) -> YAML? {
        var document = yaml_document_t()
        guard yaml_parser_load(&parser, &document) == 1 else {
            let problem = parser.problem.map { String(cString: $0) } ?? "not readable"
            throw GateError("\(path):\(parser.problem_mark.line + 1)", "is no YAML: \(printable(problem))")
        }
        defer { yaml_document_delete(&document) }
        guard yaml_document_get_root_node(&document) != nil else { return nil }
        var left = maxValues
        return try value(&document, 1, depth: 0, &left, path)
    }

    private static func value(
        _ document: inout yaml_document_t, _ number: Int32, depth: Int, _ left: inout Int, _ path: String
    ) throws(GateError) -> YAML {
        guard let node = yaml_document_get_node(&document, number)?.pointee else { throw GateError(path, "is no YAML") }
        let line = Int(node.start_mark.line) + 1
        left -= 1
        guard depth < maxDepth, left > 0 else {
            throw GateError("\(path):\(line)", "is deeper or longer than a policy can be")
        }
        switch node.type {
        case YAML_SEQUENCE_NODE:
            var list: [YAML] = []
            var item = node.data.sequence.items.start
            while let place = item, place != node.data.sequence.items.top {
                list.append(try value(&document, place.pointee, depth: depth + 1, &left, path))
                item = place + 1
            }
            return YAML(content: .list(list), line: line)
        case YAML_MAPPING_NODE:
            var map: [(key: YAML, value: YAML)] = []
            var pair = node.data.mapping.pairs.start
            while let place = pair, place != node.data.mapping.pairs.top {
                let key = try value(&document, place.pointee.key, depth: depth + 1, &left, path)
                map.append((key, try value(&document, place.pointee.value, depth: depth + 1, &left, path)))
                pair = place + 1
            }
            return YAML(content: .map(map), line: line)
        default:
            let bytes = UnsafeBufferPointer(start: node.data.scalar.value, count: node.data.scalar.length)
            // Where a text has several lines, they are one here.
            let words = String(decoding: bytes, as: UTF8.self).split(separator: "\n").joined(separator: " ")
            return YAML(content: .scalar(printable(words)), line: line)
        }
    }
}
