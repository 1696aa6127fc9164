/// Names on Linux are bytes: paths and arguments may be no UTF-8. A String would repair them to other names, so the bytes that
/// are no UTF-8 are held as the last scalars of the last plane, which is for private use: byte 0x80 as U+10FF80, up to U+10FFFF.
/// Text that has these scalars itself is held so too, which makes it go both ways.
extension String {
    /// - Parameter bytes: of any encoding, without a NUL.
    public init(outside bytes: [UInt8]) {
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
    public var outsideBytes: [UInt8] {
        unicodeScalars.reduce(into: []) { bytes, scalar in
            if let byte = scalar.outsideByte { bytes.append(byte) } else { bytes += UTF8.encode(scalar)! }
        }
    }

    /// Itself where it is text. What is not cannot stand in a text, and is shown as `printable` shows it.
    public var asText: String { unicodeScalars.allSatisfy { $0.outsideByte == nil } ? self : printable(self) }

    /// Calls `body` with the same bytes as a C string, for calls that take a path.
    public func withOutsideCString<Result, Failure: Error>(
        _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let string = outsideBytes.map(CChar.init(bitPattern:)) + [0]
        return try string.span.withUnsafeBufferPointer { (buffer) throws(Failure) in try body(buffer.baseAddress!) }
    }
}

extension Unicode.Scalar {
    private static let firstOutside: UInt32 = 0x10ff00

    /// The byte that it stands for.
    var outsideByte: UInt8? {
        value >= Self.firstOutside + 0x80 ? UInt8(value - Self.firstOutside) : nil
    }

    /// - Parameter byte: from 0x80; lower ones are always UTF-8.
    init(outsideByte byte: UInt8) { self.init(Self.firstOutside + UInt32(byte))! }
}
