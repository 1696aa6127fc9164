extension TraceError {
    /// A trace.dat whose bytes contradict each other.
    static func damaged(_ file: InputFile, _ what: String) -> TraceError {
        TraceError(
            .damaged, path: file.path, "damaged trace.dat: \(what)", remedy: "copy or record it again")
    }

    /// A trace.dat of a kind that is not read.
    static func unsupported(_ file: InputFile, _ what: String, remedy: String) -> TraceError {
        TraceError(.unsupported, path: file.path, "\(what) is not supported", remedy: remedy)
    }
}
