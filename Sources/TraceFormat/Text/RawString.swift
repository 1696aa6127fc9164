/// A name or an argument as the system has it: bytes other than NUL, which need not be UTF-8.
///
/// Such a name can pass through whatever takes strings only, such as a parser of arguments: ``text`` keeps every byte, and
/// ``init(_:)`` gives them back.
public struct RawString: Hashable, Sendable {
    /// Never with a NUL among them.
    public let bytes: [UInt8]

    /// A name as the system handed it over.
    ///
    /// - Parameter bytes: of any encoding; those up to the first NUL count, where the system would end as well.
    public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes.prefix { $0 != 0 }) }

    /// The name that a string stands for.
    ///
    /// - Parameter text: as ``text`` gave it, or any other.
    public init(_ text: String) { self.init(bytes: text.outsideBytes) }

    /// The name as a string that is different for each name: see `String(outside:)`. For passing on, not for showing.
    public var text: String { String(outside: bytes) }

    /// Calls `body` with the bytes and the NUL behind them, for calls that take a path.
    public func withCString<Result, Failure: Error>(
        _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let string = bytes.map(CChar.init(bitPattern:)) + [0]
        return try string.withUnsafeBufferPointer { buffer throws(Failure) in try body(buffer.baseAddress!) }
    }

    /// Parts at the last slash: `directory` with the slash, empty if there is none.
    package var parts: (directory: RawString, name: RawString) {
        let begin = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        return (RawString(bytes: bytes[..<begin]), RawString(bytes: bytes[begin...]))
    }
}

extension RawString: CustomStringConvertible, ExpressibleByStringInterpolation {
    /// The same as ``init(_:)``.
    public init(stringLiteral text: String) { self.init(text) }

    /// For messages: what would not show what it is, by its number, as ``printable(_:)-(Sequence<UInt8>)`` has it.
    public var description: String { printable(bytes) }
}

extension RawString: Codable {
    /// A string if it is text, or else its bytes.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let text = text
        if text.isText { try container.encode(text) } else { try container.encode(bytes) }
    }

    /// - Throws: what the decoder throws for anything but a string or an array of bytes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self.init(text)
        } else {
            self.init(bytes: try container.decode([UInt8].self))
        }
    }
}

extension String {
    /// Itself where it is text. What is not, as ``RawString/text`` may be, cannot stand in a text, and is shown as `printable` shows
    /// it.
    public var asText: String { isText ? self : printable(self) }

    /// Whether none of its characters stands for a byte that is no UTF-8.
    var isText: Bool { unicodeScalars.allSatisfy { $0.outsideByte == nil } }

    /// A string that holds bytes that are no UTF-8. Swift would repair them to others, so they are held as the last scalars of the
    /// last plane, which is for private use: byte 0x80 as U+10FF80, up to U+10FFFF. Text that has these scalars itself is held so
    /// too, which makes it go both ways.
    ///
    /// - Parameter bytes: of any encoding, without a NUL.
    init(outside bytes: [UInt8]) {
        self.init()
        var parser = Unicode.UTF8.ForwardParser()
        var input = bytes.makeIterator()
        var position = 0
        while true {
            switch parser.parseScalar(from: &input) {
            case .valid(let units):
                let scalar = Unicode.UTF8.decode(units)
                if scalar.outsideByte == nil {
                    unicodeScalars.append(scalar)
                } else {
                    for unit in units { unicodeScalars.append(Unicode.Scalar(outsideByte: unit)) }
                }
                position += units.count
            case .error(let count):
                for byte in bytes[position..<(position + count)] {
                    unicodeScalars.append(Unicode.Scalar(outsideByte: byte))
                }
                position += count
            case .emptyInput: return
            }
        }
    }

    /// What it was made of.
    fileprivate var outsideBytes: [UInt8] {
        unicodeScalars.reduce(into: []) { bytes, scalar in
            if let byte = scalar.outsideByte { bytes.append(byte) } else { bytes += UTF8.encode(scalar)! }
        }
    }
}

extension Unicode.Scalar {
    private static let firstOutside: UInt32 = 0x10ff00

    /// The byte that it stands for.
    var outsideByte: UInt8? {
        value >= Self.firstOutside + 0x80 ? UInt8(value - Self.firstOutside) : nil
    }

    /// - Parameter byte: from 0x80; lower ones are always UTF-8.
    fileprivate init(outsideByte byte: UInt8) { self.init(Self.firstOutside + UInt32(byte))! }
}
