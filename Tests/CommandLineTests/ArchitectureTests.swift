import Foundation
import TestSupport
import Testing

/// ARCHITECTURE.md is the map from tasks to files: what it names exists, and no folder of sources is missing on it.
@Suite struct ArchitectureTests {
    static let rows = Map.rows(of: try! Map.document())

    @Test(arguments: rows) func rowsNameWhatExists(row: Map.Row) {
        for path in row.paths { #expect(Map.exists(path), "\(path) of: \(row.task)") }
        // A bare name is a file in a folder that the same row names.
        for name in row.names {
            #expect(row.folders.contains { Map.exists($0 + name) }, "\(name) of: \(row.task)")
        }
    }

    @Test func theProseNamesFilesThatExist() throws {
        let sources = Set(try Map.files(below: "Sources/").map { $0.split(separator: "/").last.map(String.init) })
        let named = try Map.document().matches(of: /`(?:[\w.\/]*\/)?(\w+\.swift)`/).map { String($0.1) }
        let missing = named.filter { !sources.contains($0) }
        #expect(missing.isEmpty && named.count > 50)
    }

    @Test func everyFolderOfSourcesIsOnTheMap() throws {
        let named = Set(Self.rows.flatMap(\.folders))
        let folders = Set(try Map.files(below: "Sources/").map { String($0[...$0.lastIndex(of: "/")!]) })
        // Headers and pages belong to the target whose folder has theirs.
        let missing = folders.filter { !named.contains($0) && !$0.hasSuffix("/include/") && !$0.hasSuffix(".docc/") }
        #expect(missing.isEmpty && folders.count > 20)
    }
}

/// The table of ARCHITECTURE.md.
enum Map {
    struct Row: Sendable, CustomTestStringConvertible {
        let task: String
        /// Files and folders from the root on; folders end with a slash.
        let paths: [String]
        /// Files without a folder.
        let names: [String]

        /// Those that ``names`` can be in, with a slash behind.
        var folders: [String] { paths.map { path in path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" } }

        var testDescription: String { task }
    }

    static func document() throws -> String {
        try String(contentsOf: Fixtures.repository.appending(path: "ARCHITECTURE.md"), encoding: .utf8)
    }

    static func rows(of document: String) -> [Row] {
        document.matches(of: /(?m)^\| (.*) \| (.*) \|$/).compactMap { row in
            let named = row.2.matches(of: /`([^`]+)`/).map { String($0.1) }.filter { $0.contains(/[.\/]/) }
            guard !named.isEmpty else { return nil }
            let paths = named.filter { $0.contains("/") || exists($0) }
            return Row(task: String(row.1), paths: paths, names: named.filter { !paths.contains($0) })
        }
    }

    static func exists(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        let found = FileManager.default.fileExists(
            atPath: Fixtures.repository.appending(path: path).path, isDirectory: &isFolder)
        return found && isFolder.boolValue == path.hasSuffix("/")
    }

    /// All files in and below a folder.
    static func files(below folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: Fixtures.repository.appending(path: folder).path)
            .map { folder + $0 }.filter { exists($0) }
    }
}
