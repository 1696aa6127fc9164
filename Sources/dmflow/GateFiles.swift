import Gate
import GraphParser
import Reports
import TraceFormat

/// Reads what the gate is given: captures, and baselines of captures.
struct GateFiles {
    /// Tells the layers of functions.
    let map: LayerMap

    /// Larger than any baseline that a person would review.
    private static let limit = 256 << 20

    /// The captures of all files.
    ///
    /// - Throws: `GateError`, `TraceError`, ``Failure``.
    func baseline(_ files: [String]) throws -> Baseline {
        var baseline = Baseline()
        for file in files {
            if let read = try Self.read(file) { try baseline.add(read) } else { try baseline.add(try profile(file)) }
        }
        return baseline
    }

    /// The one of the files that an output would replace, and that is no baseline which it takes over.
    static func capture(_ output: String, among files: [String]) throws -> String? {
        try files.first { try OutputTargets.isSame(output, $0) && !TextFile.beginsWith("{", $0) }
    }

    private func profile(_ file: String) throws -> CaptureProfile {
        let name = file == "-" ? "standard input" : printable(file)
        var progress = Progress(path: name)
        defer { progress.end() }
        return try ProfileBuilder.profile(file, name: Self.shortName(name), map: map) {
            progress.update(done: $0, of: $1)
        }
    }

    /// Without its directories: those are another machine's tomorrow.
    private static func shortName(_ name: String) -> String {
        String(name.split(separator: "/").last ?? Substring(name))
    }

    /// - Returns: nil if the file is no baseline.
    private static func read(_ file: String) throws -> Baseline? {
        guard file != "-", try TextFile.beginsWith("{", file) else { return nil }
        return try Baseline(json: TextFile.bytes(file, limit: limit), path: printable(file))
    }
}
