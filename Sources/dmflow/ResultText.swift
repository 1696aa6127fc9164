/// A text that is a command's result.
enum ResultText {
    /// Writes it to a file, which appears under its name when all is written, or to standard output.
    ///
    /// - Throws: as ``OutputTarget/write(_:)``.
    static func write(_ text: String, to file: String?) throws {
        guard let file else { return try emit(text) }
        let target: any OutputTarget = NamedDevice.isOne(file) ? try NamedDevice(file) : try ResultFile(file)
        try target.write(Array(text.utf8))
        try target.finish()
    }
}
