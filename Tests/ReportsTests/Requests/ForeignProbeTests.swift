import Foundation
import GraphParser
import TestSupport
import Testing

@testable import Reports

/// Requests in what other hands recorded, on kernels that the lab cannot boot, with the same probes under names of their own.
@Suite struct ForeignProbeTests {
    private static let events = [
        "dmq": "dm_dispatch", "prep": "dm_clone", "xmit": "iscsi_xmit", "tdone": "iscsi_done", "scdone": "scsi_end",
        "dmdone": "dm_done", "mpend": "dm_verdict", "end": "rq_end", "scq": "scsi_queue", "iqc": "iscsi_queue",
        "xmitr": "iscsi_sent", "rx": "iscsi_header", "rsp": "iscsi_response", "scomp": "scsi_complete",
        "clend": "clone_end",
    ]
    private static let fields = [
        "sec": "sector", "len": "bytes", "fl": "flags", "cl": "clone", "maj": "major", "min": "minor", "err": "error",
        "res": "result", "ret": "status", "op": "opcode",
    ]

    /// The text with the names that dmflow has.
    private static func translated(_ name: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/xz")
        process.arguments = ["-dc", Fixtures.path(name)]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(line).joined(separator: "\n")
    }

    private static func line(_ line: Substring) -> String {
        line.split(separator: " ", omittingEmptySubsequences: false).map { word in
            if word.hasSuffix(":"), let name = events[String(word.dropLast())] { return name + ":" }
            guard let sign = word.firstIndex(of: "="), let name = fields[String(word[..<sign])] else {
                return String(word)
            }
            return name + word[sign...]
        }.joined(separator: " ")
    }

    /// Joined by address through all stages, though no text tells how large a request is: that is learned.
    @Test(arguments: [
        ("el8-4.18.0-477/probes-and-events.txt.xz", 3), ("el9-5.14.0-362/probes-and-events.txt.xz", 3),
        ("6.1/graph-and-probes.txt.xz", 40),
    ]) func requestsAreJoinedByAddress(name: String, count: Int) throws {
        let text = try TemporaryFile(Array(Self.translated(name).utf8))
        final class Taken { var requests: [Request] = [] }
        let taken = Taken()
        let analyzer = RequestAnalyzer { taken.requests.append($0) }
        let reading = try TraceFile.read(text.path, into: [analyzer])
        let summary = try #require(analyzer.summary(source: reading.source))
        #expect(summary.byPointer == count && summary.seen == count && summary.disagreed == 0)
        let way = [
            "path choice", "path issue", "scsi dispatch", "libiscsi queue", "transmit", "wire and target", "response",
        ]
        for request in taken.requests {
            let stages = request.stages.map(\.stage)
            #expect(stages.starts(with: way), "\(stages)")
            #expect(request.stages.reduce(0) { $0 + $1.ns } == request.latencyNs && request.tries.count == 1)
        }
    }
}
