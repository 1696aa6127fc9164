/// A value of a JSON text and where it stands, so that a mistake in a file that somebody wrote can be shown.
struct PlacedJSON: Equatable {
    enum Value: Equatable {
        case object([Member])
        case array([PlacedJSON])
        case string(String)
        /// Its digits.
        case number(String)
        case boolean(Bool)
        case null
    }

    struct Member: Equatable {
        let key: String
        /// Where the key stands.
        let offset: Int
        let value: PlacedJSON
    }

    /// What is wrong with a text, and at which byte.
    struct Mistake: Error, Equatable {
        let problem: String
        let offset: Int

        /// `LINE:COLUMN`, both counted from 1, columns in characters.
        func place(in text: [UInt8]) -> String {
            let before = text[..<min(offset, text.count)]
            let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
            let line = 1 + before[..<lineStart].count { $0 == 0x0a }
            return "\(line):\(1 + String(decoding: before[lineStart...], as: UTF8.self).count)"
        }
    }

    let value: Value
    /// The byte at which it begins. Its line is looked for when somebody has to be told.
    let offset: Int

    /// Deeper than any file that is meant; keeps one that is not from using up the stack.
    static let maxDepth = 64

    /// Reads a whole text, by RFC 8259; a key that an object has twice is a mistake too.
    init(_ text: [UInt8]) throws(Mistake) {
        var parser = Parser(text)
        self = try parser.document()
    }

    private init(_ value: Value, at offset: Int) { (self.value, self.offset) = (value, offset) }

    var kind: String {
        switch value {
        case .object: "an object"
        case .array: "a list"
        case .string: "a string"
        case .number: "a number"
        case .boolean: "true or false"
        case .null: "null"
        }
    }
}

extension PlacedJSON {
    private struct Parser {
        private let text: [UInt8]
        private var position = 0

        init(_ text: [UInt8]) {
            self.text = text
            // Editors put a byte order mark there.
            if text.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
        }

        mutating func document() throws(Mistake) -> PlacedJSON {
            if let offset = firstOutsideUTF8 { throw mistake("a byte that is no UTF-8", at: offset) }
            let value = try value(depth: 1)
            skipBlanks()
            if position < text.count { throw mistake("something behind the end") }
            return value
        }

        // MARK: Values

        private mutating func value(depth: Int) throws(Mistake) -> PlacedJSON {
            skipBlanks()
            guard depth <= PlacedJSON.maxDepth else {
                throw mistake("nested deeper than \(PlacedJSON.maxDepth) levels")
            }
            let start = position
            switch next {
            case UInt8(ascii: "{"): return PlacedJSON(.object(try members(depth: depth)), at: start)
            case UInt8(ascii: "["): return PlacedJSON(.array(try elements(depth: depth)), at: start)
            case UInt8(ascii: "\""): return PlacedJSON(.string(try string()), at: start)
            case let byte? where byte == UInt8(ascii: "-") || Self.isDigit(byte):
                return PlacedJSON(.number(try number()), at: start)
            case nil: throw mistake("the end, where a value was expected")
            default:
                for (word, value) in [("true", Value.boolean(true)), ("false", .boolean(false)), ("null", .null)]
                where take(word) {
                    return PlacedJSON(value, at: start)
                }
                throw mistake("no value of JSON")
            }
        }

        private mutating func members(depth: Int) throws(Mistake) -> [Member] {
            var members: [Member] = []
            var keys: Set<String> = []
            position += 1
            skipBlanks()
            if take("}") { return [] }
            repeat {
                skipBlanks()
                let start = position
                guard next == UInt8(ascii: "\"") else { throw mistake("no key in quotes, which was expected here") }
                let key = try string()
                guard keys.insert(key).inserted else { throw mistake("the key '\(key)' a second time", at: start) }
                skipBlanks()
                guard take(":") else { throw mistake("no ':' behind the key '\(key)'") }
                members.append(Member(key: key, offset: start, value: try value(depth: depth + 1)))
                skipBlanks()
            } while take(",")
            guard take("}") else { throw mistake("neither ',' nor '}' behind a value") }
            return members
        }

        private mutating func elements(depth: Int) throws(Mistake) -> [PlacedJSON] {
            var elements: [PlacedJSON] = []
            position += 1
            skipBlanks()
            if take("]") { return [] }
            repeat {
                elements.append(try value(depth: depth + 1))
                skipBlanks()
            } while take(",")
            guard take("]") else { throw mistake("neither ',' nor ']' behind a value") }
            return elements
        }

        private mutating func number() throws(Mistake) -> String {
            let start = position
            _ = take("-")
            if !take("0") { try digits() }
            if take(".") { try digits() }
            if take("e") || take("E") {
                if !take("+") { _ = take("-") }
                try digits()
            }
            return String(decoding: text[start..<position], as: UTF8.self)
        }

        private mutating func digits() throws(Mistake) {
            let start = position
            while let byte = next, Self.isDigit(byte) { position += 1 }
            if position == start { throw mistake("no digit, which was expected here") }
        }

        private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

        // MARK: Strings

        private mutating func string() throws(Mistake) -> String {
            let start = position
            position += 1
            var bytes: [UInt8] = []
            while let byte = next {
                switch byte {
                case UInt8(ascii: "\""):
                    position += 1
                    return String(decoding: bytes, as: UTF8.self)
                case UInt8(ascii: "\\"): bytes += UTF8.encode(try escaped())!
                case 0..<0x20: throw mistake("a control character in a string")
                default:
                    bytes.append(byte)
                    position += 1
                }
            }
            throw mistake("a string without its end", at: start)
        }

        private static let escapes: [UInt8: Unicode.Scalar] = [
            UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/", UInt8(ascii: "b"): "\u{8}",
            UInt8(ascii: "f"): "\u{c}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
        ]

        private mutating func escaped() throws(Mistake) -> Unicode.Scalar {
            let start = position
            position += 1
            if let letter = next, let scalar = Self.escapes[letter] {
                position += 1
                return scalar
            }
            guard let first = unit() else { throw mistake("no escape of JSON", at: start) }
            if let scalar = Unicode.Scalar(first) { return scalar }
            guard UTF16.isLeadSurrogate(first), take("\\"), let second = unit(), UTF16.isTrailSurrogate(second),
                case .scalarValue(let scalar) = UTF16.decodeAll([first, second])
            else { throw mistake("half of a pair of escapes", at: start) }
            return scalar
        }

        /// `u` and four digits.
        private mutating func unit() -> UInt16? {
            guard take("u"), position + 4 <= text.count else { return nil }
            let digits = text[position..<(position + 4)]
            guard digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
            position += 4
            return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        }

        // MARK: Bytes

        private var next: UInt8? { position < text.count ? text[position] : nil }

        private mutating func take(_ word: String) -> Bool {
            guard text[position...].starts(with: word.utf8) else { return false }
            position += word.utf8.count
            return true
        }

        private mutating func skipBlanks() {
            while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
        }

        private var firstOutsideUTF8: Int? {
            var parser = Unicode.UTF8.ForwardParser()
            var bytes = text.makeIterator()
            var position = 0
            while true {
                switch parser.parseScalar(from: &bytes) {
                case .valid(let units): position += units.count
                case .error: return position
                case .emptyInput: return nil
                }
            }
        }

        private func mistake(_ problem: String) -> Mistake { mistake(problem, at: position) }

        private func mistake(_ problem: String, at offset: Int) -> Mistake {
            Mistake(problem: problem, offset: offset)
        }
    }
}

extension UTF16 {
    fileprivate static func decodeAll(_ units: [UInt16]) -> UnicodeDecodingResult {
        var decoder = UTF16()
        var iterator = units.makeIterator()
        return decoder.decode(&iterator)
    }
}
