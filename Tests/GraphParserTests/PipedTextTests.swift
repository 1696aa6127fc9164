import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import GraphParser

/// Text that comes through a pipe, whose calls are handed on as they come.
@Suite struct PipedTextTests {
    /// A named pipe, into which a thread of its own writes.
    private final class NamedPipe: Sendable {
        let path = FileManager.default.temporaryDirectory.appending(path: "dmflow-pipe-\(UUID().uuidString)").path

        init() throws { #expect(mkfifo(path, 0o600) == 0) }
        deinit { unlink(path) }

        /// Writes pieces one by one, each after `next` lets it.
        func write(_ pieces: [[UInt8]], next: @escaping @Sendable (Int) -> Void = { _ in }) {
            let path = path
            DispatchQueue.global().async {
                guard let file = FileHandle(forWritingAtPath: path) else { return }
                for (number, piece) in pieces.enumerated() {
                    next(number)
                    try? file.write(contentsOf: piece)
                }
                try? file.close()
            }
        }
    }

    private func tree(_ name: String, task: String = "  t-1    |") -> String {
        """
         0) \(task)               |  \(name)() {
         0) \(task)   1.000 us    |    g();
         0) \(task)   4.000 us    |  }

        """
    }

    /// The second tree is not written before the first one has been handed on; nobody says when the pipe ends.
    @Test(arguments: ["  t-1    |", ""]) func eachTreeIsHandedOnWhenItsRootHasEnded(task: String) throws {
        let pipe = try NamedPipe()
        let handedOn = DispatchSemaphore(value: 0)
        let isLate = Mutex(false)
        pipe.write((0..<5).map { Array(tree("f\($0)", task: task).utf8) }) { number in
            guard number > 0, handedOn.wait(timeout: .now() + 60) == .timedOut else { return }
            isLate.withLock { $0 = true }
        }
        var roots: [String] = []
        let assembler = TreeAssembler(onTree: { tree in
            roots.append(tree.names[tree.root.function].name)
            handedOn.signal()
        })
        let reading = try TraceFile.read(pipe.path, asItComes: true, into: [assembler])
        #expect(roots == ["f0", "f1", "f2", "f3", "f4"])
        #expect(!isLate.withLock { $0 }, "trees were handed on at the end only")
        #expect(reading.counts.calls == 10 && reading.counts.open == 0)
    }

    /// With the task column it is the same as from a file, in pieces of any size; and without, but for whose calls they are.
    @Test(arguments: Fixtures.textTraces) func treesAreThoseOfTheFile(fixture: String) throws {
        let bytes = try Fixtures.bytes(fixture)
        let whole = try Fixtures.reading(fixture)
        var random = SeededRandom(seed: UInt64(bytes.count))
        for _ in 0..<2 {
            let pipe = try NamedPipe()
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let size = Int.random(in: 1...(1 << Int.random(in: 1...16, using: &random)), using: &random)
                pieces.append(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            pipe.write(pieces)
            let recorder = CallRecorder()
            let reading = try TraceFile.read(pipe.path, asItComes: true, into: [recorder])
            #expect(reading.counts.calls == whole.counts.calls && reading.counts.records == whole.counts.records)
            let names = reading.names
            func lines(_ trees: [CallTree], _ names: TraceNames, tids: Bool) -> [String] {
                trees.map { tree in
                    (tids ? "\(tree.root.tid ?? -1) " : "")
                        + tree.nodes.map {
                            "\($0.level) \(names[$0.call.function]) \($0.call.duration ?? 0) \($0.call.confidence)"
                        }
                        .joined(separator: ", ")
                }
            }
            let hasTasks = recorder.trees.allSatisfy { $0.root.tid != nil }
            let (read, expected) = (
                lines(recorder.trees, names, tids: hasTasks), lines(whole.trees, whole.names, tids: hasTasks)
            )
            #expect(hasTasks ? read == expected : read.sorted() == expected.sorted())
        }
    }

    /// A call that goes on behind its CPU's first change of tasks is that task's, as the block says.
    @Test func theFirstBlockNamesWhoseCallsAreOpen() throws {
        let text = """
             0)               |  f() {
             0)   1.000 us    |    g();
             ------------------------------------------
             0)   dd-7    =>    kworker-9
             ------------------------------------------

             0)   2.000 us    |  h();
             ------------------------------------------
             0)   kworker-9    =>    dd-7
             ------------------------------------------

             0)   4.000 us    |  } /* f */

            """
        let pipe = try NamedPipe()
        pipe.write([Array(text.utf8)])
        let recorder = CallRecorder()
        let reading = try TraceFile.read(pipe.path, asItComes: true, into: [recorder])
        #expect(recorder.trees.map(\.root.tid) == [9, 7] && reading.counts.open == 0 && reading.counts.orphans == 0)
        #expect(recorder.trees.map(\.nodes.count) == [1, 2])
    }

    /// What is no text is copied, as ever: a trace.dat is read here and there.
    @Test func aTraceDatFromAPipeIsReadWhole() throws {
        let pipe = try NamedPipe()
        pipe.write([try Fixtures.bytes("6.1/io.dat")])
        let recorder = CallRecorder()
        try TraceFile.read(pipe.path, asItComes: true, into: [recorder])
        #expect(recorder.trees.count == (try Fixtures.reading("6.1/io.dat")).trees.count)
    }

    @Test func whatIsNoTraceIsRefused() throws {
        for text in ["", "nothing\n", String(repeating: "some prose here\n", count: 500)] {
            let pipe = try NamedPipe()
            pipe.write([Array(text.utf8)])
            #expect(throws: TraceError.self) { try TraceFile.read(pipe.path, asItComes: true, into: [CallRecorder()]) }
        }
    }
}
