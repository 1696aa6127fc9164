import Glibc
import TraceFormat

/// The program's arguments as the system handed them over: bytes, which need not be UTF-8.
///
/// Swift repairs what is no UTF-8, and then names a file or a command that nobody meant. So the argument parser gets strings that
/// keep every byte, as `String(outside:)` makes them. `String.rawBytes` turns them back; use it wherever an argument goes to the
/// system.
enum RawArguments {
    /// All but the program's name, for the parser.
    static var encoded: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { argument in
                encode(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
            }
        }
    }

    /// A string of which `rawBytes` are these bytes again, whatever they are.
    static func encode(_ bytes: some Collection<UInt8>) -> String { String(outside: Array(bytes)) }
}

extension String {
    /// The bytes of an argument as the system handed it over.
    var rawBytes: [UInt8] { outsideBytes }
}
