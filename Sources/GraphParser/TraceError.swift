import TraceFormat

/// Why a trace cannot be read: what, where, and what to do about it.
public struct TraceError: Error, Equatable, CustomStringConvertible {
    /// What kind of problem it is, for programs.
    public enum Code: Sendable {
        /// The file cannot be opened or read.
        case unreadable
        /// Nothing in it, or no call.
        case empty
        /// Neither function_graph text nor trace.dat.
        case notATrace
        /// A trace of another tracer than function_graph.
        case otherTracer
        /// A trace.dat that ends too early or whose parts contradict each other.
        case damaged
        /// A trace.dat of a kind that this version does not read.
        case unsupported
    }

    /// What kind of problem it is.
    public let code: Code
    /// The file's path as the user gave it; `-` for standard input.
    public let path: String
    /// What is wrong, with the place where it matters.
    public let problem: String
    /// What the user can do.
    public let remedy: String

    /// - Parameters:
    ///   - code: what kind of problem it is.
    ///   - path: the file's, as the user gave it.
    ///   - problem: what is wrong, as the rest of a sentence that begins with the file.
    ///   - remedy: what to do about it.
    public init(_ code: Code, path: String, _ problem: String, remedy: String) {
        self.code = code
        self.path = path
        self.problem = problem
        self.remedy = remedy
    }

    public var description: String {
        printable("\(path == "-" ? "standard input" : path): \(problem); \(remedy)")
    }
}
