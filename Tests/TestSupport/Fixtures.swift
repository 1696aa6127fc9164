public import FoundationEssentials

/// The real traces under Tests/Fixtures.
public enum Fixtures {
    public static let directory = repository.appending(path: "Tests/Fixtures")

    /// The root of the source tree.
    public static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Names relative to ``directory`` of all traces, sorted.
    public static let traces: [String] = files(withSuffixes: [".txt", ".dat"]).filter { !$0.contains(".report.") }

    public static let textTraces = traces.filter { $0.hasSuffix(".txt") }
    public static let datTraces = traces.filter { $0.hasSuffix(".dat") }

    /// Captures of the same buffer in both forms: names without the ending.
    public static let pairs = datTraces.map { String($0.dropLast(4)) }.filter { textTraces.contains($0 + ".txt") }

    public static func path(_ name: String) -> String { directory.appending(path: name).path }

    public static func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: directory.appending(path: name)))
    }

    /// Names relative to ``directory`` of the files with one of these endings, sorted.
    public static func files(withSuffixes suffixes: [String]) -> [String] {
        let manager = FileManager.default
        let folders = (try? manager.contentsOfDirectory(atPath: directory.path)) ?? []
        return folders.flatMap { folder in
            ((try? manager.contentsOfDirectory(atPath: directory.appending(path: folder).path)) ?? [])
                .filter { name in suffixes.contains { name.hasSuffix($0) } }.map { "\(folder)/\($0)" }
        }.sorted()
    }
}

/// A file that is removed with its owner.
public final class TemporaryFile {
    public let path: String

    public init(_ bytes: [UInt8]) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "dmflow-test-\(UUID().uuidString)").path
        try write(bytes)
    }

    public func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path)) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The same numbers for the same seed (SplitMix64), so that a failed property can be run again.
public struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
