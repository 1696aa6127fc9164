/// A name or an argument as the system has it: bytes other than NUL, which need not be UTF-8.
public struct RawString: Hashable, Sendable {
    public let bytes: [UInt8]

    /// The bytes up to the first NUL, where the system would end as well.
    public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes.prefix { $0 != 0 }) }

    public init(_ text: String) { self.init(bytes: text.utf8) }

    /// Calls with the bytes and the NUL behind them.
    func withCString<Result, Failure: Error>(
        _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try (bytes.map(CChar.init(bitPattern:)) + [0]).withUnsafeBufferPointer { buffer throws(Failure) in
            try body(buffer.baseAddress!)
        }
    }

    /// Parts at the last slash: `directory` with the slash, empty if there is none.
    var parts: (directory: RawString, name: RawString) {
        let begin = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        return (RawString(bytes: bytes[..<begin]), RawString(bytes: bytes[begin...]))
    }
}

extension RawString: CustomStringConvertible, ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.init(text) }

    /// For messages: what is no UTF-8 as `\xNN`.
    public var description: String {
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            var decoder = UTF8()
            var iterator = rest.makeIterator()
            if case .scalarValue(let scalar) = decoder.decode(&iterator) {
                text.unicodeScalars.append(scalar)
                rest.removeFirst(UTF8.width(scalar))
            } else {
                text += "\\x\(first < 16 ? "0" : "")\(String(first, radix: 16))"
                rest.removeFirst()
            }
        }
        return text
    }
}

extension RawString: Codable {
    /// A string if it is UTF-8, or else its bytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let text = String(validating: bytes, as: UTF8.self) {
            try container.encode(text)
        } else {
            try container.encode(bytes)
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self.init(text)
        } else {
            self.init(bytes: try container.decode([UInt8].self))
        }
    }
}
