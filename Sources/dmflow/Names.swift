import TraceCapture

/// Names as options take them.
extension String {
    /// The names of a list with commas, without blanks around them.
    var names: [String] { split(separator: ",").map(\.trimmed).filter { !$0.isEmpty } }

    /// As reports print it, with its module, a function may be given too; the kernel takes the bare name.
    var functionName: String { String(prefix { $0 != " " }) }
}
