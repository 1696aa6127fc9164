import Glibc
import TraceFormat

/// The program's arguments as the system handed them over: bytes, which need not be UTF-8.
///
/// Swift repairs what is no UTF-8, and then names a file or a command that nobody meant. So the argument parser gets strings that
/// keep every byte, as `RawString.text` makes them. `RawString(_:)` turns them back; use it wherever an argument goes to the
/// system.
enum RawArguments {
    /// All of them, the program's name first.
    static var all: [RawString] {
        (0..<Int(CommandLine.argc)).compactMap { index in
            CommandLine.unsafeArgv[index].map { argument in
                RawString(bytes: UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
            }
        }
    }

    /// All but the program's name, for the parser.
    static var encoded: [String] { all.dropFirst().map(\.text) }

    /// A string of which `RawString` has these bytes again, whatever they are.
    static func encode(_ bytes: some Collection<UInt8>) -> String { RawString(bytes: bytes).text }
}
