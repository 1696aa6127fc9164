import Foundation
import Testing

/// What the lab's machine told of its multipath maps: as the scenario `raw-topology` wrote it down.
public final class TopologyFixture: Sendable {
    /// Where a copy of the files of sysfs stands that are asked for.
    public let root: String
    private let folder: String
    private let suffix: String

    /// - Parameters:
    ///   - kernel: `6.1`
    ///   - afterFailure: as it was when one of two paths had failed.
    public init(_ kernel: String, afterFailure: Bool = false) throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
        folder = "\(tests)/TraceCaptureTests/Fixtures/topology-\(kernel)"
        suffix = afterFailure ? ".failed" : ""
        // A real path: links are resolved below it.
        let temporary = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
        root = "\(temporary)/dmflow-sysfs-\(UUID().uuidString)"
        for line in try text("sysfs.txt").split(separator: "\n").map(String.init) {
            if let arrow = line.range(of: " -> ") {
                try link(String(line[..<arrow.lowerBound]), to: String(line[arrow.upperBound...]))
            } else if let sign = line.firstIndex(of: "=") {
                try write(String(line[..<sign]), String(line[line.index(after: sign)...]))
            }
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// What a tool printed.
    public func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(name)\(suffix)", encoding: .utf8)
    }

    /// Makes or replaces a file of sysfs.
    public func write(_ path: String, _ content: String) throws {
        try makeParent(of: path)
        try Data((content + "\n").utf8).write(to: URL(filePath: root + path))
    }

    /// Makes a link in sysfs.
    public func link(_ path: String, to target: String) throws {
        try makeParent(of: path)
        try FileManager.default.createSymbolicLink(atPath: root + path, withDestinationPath: target)
    }

    /// The directory of a disk's SCSI device.
    ///
    /// - Parameter devno: `8:0`
    public func device(of devno: String) -> String? {
        let link = URL(filePath: "\(root)/sys/dev/block/\(devno)/device").resolvingSymlinksInPath().path
        return link.hasPrefix(root) ? String(link.dropFirst(root.count)) : nil
    }

    private func makeParent(of path: String) throws {
        let parent = URL(filePath: root + path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    }
}
