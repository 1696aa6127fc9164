import Glibc

/// The program's arguments as the system handed them over: bytes, which need not be UTF-8.
///
/// Swift repairs what is no UTF-8, and then names a file or a command that nobody meant. So the argument parser gets strings that
/// keep every byte: one that belongs to no character stands as a character from the end of Unicode's last plane, which nobody
/// assigns. `String.rawBytes` turns them back; use it wherever an argument goes to the system or is printed.
enum RawArguments {
    /// U+10FF00 and a byte.
    fileprivate static let stand: UInt32 = 0x10_FF00

    /// All but the program's name, for the parser.
    static var encoded: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { argument in
                encode(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
            }
        }
    }

    /// A string of which `rawBytes` are these bytes again, whatever they are.
    static func encode(_ bytes: some Collection<UInt8>) -> String {
        var result = String.UnicodeScalarView()
        var rest = Array(bytes)[...]
        while let first = rest.first {
            if let scalar = character(at: rest), scalar.value < stand {
                result.append(scalar)
                rest.removeFirst(UTF8.width(scalar))
            } else {
                // Also each byte of a character that stands for a byte here.
                result.append(Unicode.Scalar(stand + UInt32(first))!)
                rest.removeFirst()
            }
        }
        return String(result)
    }

    /// The character that the bytes begin with; nil if they begin with none.
    private static func character(at bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        if case .scalarValue(let scalar) = decoder.decode(&iterator) { return scalar }
        return nil
    }
}

extension String {
    /// The bytes of an argument as the system handed it over.
    var rawBytes: [UInt8] {
        unicodeScalars.flatMap { scalar in
            scalar.value >= RawArguments.stand
                ? [UInt8(scalar.value - RawArguments.stand)] : Array(UTF8.encode(scalar)!)
        }
    }
}
