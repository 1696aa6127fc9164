import Glibc
import Testing
import TraceFormat

@testable import TraceCapture

/// Captures that are killed, and what puts back what they had changed.
@Suite struct JournalTests {
    private let directory = TemporaryDirectory()
    private let kernel = FakeKernel(directory: "/nowhere")
    private var journals: String { "\(directory.path)/dmflow" }

    private func restoration() -> Restoration {
        Restoration(journals: journals) { [kernel] _ throws(CaptureError) in kernel }
    }

    /// Changes every kind of file, each of them entered before.
    private func changeAll(_ journal: Journal) throws(CaptureError) {
        try journal.append(.owner(Journal.Owner(tracefs: kernel.directory)))
        var state = TracefsState(kernel, journal: journal)
        try state.set("tracing_on", to: "0")
        try state.choose("trace_clock", ["mono", "global"])
        try state.set("max_graph_depth", to: "3")
        try state.clearList("set_ftrace_notrace", graph: false)
        try state.setGraphList("set_graph_function", ["table_load"])
        try state.setFilter("set_ftrace_filter", indices: ["4", "*:mod:sd_mod"], names: { [] })
        try state.setBufferSizes(512, cpus: [0, 1])
        try state.set("current_tracer", to: "function_graph")
        try state.set("tracing_on", to: "1")
    }

    /// Writes that a capture makes.
    private static let writes = 11

    /// Killed before each write and, since the kernel may have taken half of it, right behind it.
    @Test(arguments: 0...writes, [false, true])
    func aKillAtAnyWriteIsUndone(write: Int, odd: Bool) throws {
        if odd { kernel.makeOdd() }
        let before = kernel.snapshot
        var count = 0
        kernel.onWrite = { file, value throws(CaptureError) in
            count += 1
            if count > write { throw CaptureError(.writeFailed(value: value), path: file, errno: EIO) }
        }
        let journal = try #require(try Journal(in: journals, create: true))
        var isKilled = false
        do { try changeAll(journal) } catch { isKilled = true }
        #expect(isKilled == (write < count))
        _ = consume journal
        kernel.onWrite = { _, _ throws(CaptureError) in }
        guard case .restored(getpid(), _, []) = try restoration().run() else {
            Issue.record("nothing was restored")
            return
        }
        #expect(kernel.snapshot == before)
        #expect(try restoration().run() == .nothingToRestore)
        #expect(directory.names == [])
    }

    /// A child has a copy of every descriptor from its fork to its exec.
    @Test func aJournalThatIsClosedIsUnlockedThoughAChildIsJustBeingStarted() throws {
        let copies = try {
            let journal = try #require(try Journal(in: journals, create: true))
            try journal.append(.owner(Journal.Owner(tracefs: kernel.directory)))
            return copiesOfDescriptors(of: journal.path)
        }()
        defer { for copy in copies { close(copy) } }
        #expect(copies.count == 1)
        #expect(try Journal(in: journals, create: false)?.owner?.process == getpid())
    }

    private func copiesOfDescriptors(of path: String) -> [Int32] {
        let descriptors = (0..<Int32(1024)).filter { descriptor in
            var name = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink("/proc/self/fd/\(descriptor)", &name, name.count)
            return String(decoding: name.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self) == path
        }
        return descriptors.map { fcntl($0, F_DUPFD_CLOEXEC, 0 as Int32) }
    }

    @Test func aRestorationThatIsKilledCanBeRepeated() throws {
        let before = kernel.snapshot
        try changeAll(try #require(try Journal(in: journals, create: true)))
        for writes in 0...12 {
            var count = 0
            kernel.onWrite = { file, value throws(CaptureError) in
                count += 1
                if count > writes { throw CaptureError(.writeFailed(value: value), path: file, errno: EIO) }
            }
            do { _ = try restoration().run() } catch { continue }
            break
        }
        kernel.onWrite = { _, _ throws(CaptureError) in }
        _ = try restoration().run()
        #expect(kernel.snapshot == before)
    }

    @Test func aRunningCaptureIsLeftAlone() throws {
        let journal = try #require(try Journal(in: journals, create: true))
        try changeAll(journal)
        let changed = kernel.snapshot
        let running = CaptureError(.captureRunning(process: getpid()), path: journal.path)
        #expect(throws: running) { try restoration().run() }
        #expect(throws: running) { try Journal(in: journals, create: true) }
        #expect(kernel.snapshot == changed)
        try journal.clear()
    }

    /// Its change was not made.
    @Test func anEntryThatWasBeingWrittenIsLeftOut() throws {
        let before = kernel.snapshot
        try changeAll(try #require(try Journal(in: journals, create: true)))
        let path = "\(journals)/capture.journal"
        let content = try readWholeFile(path)
        let descriptor = open(path, O_WRONLY | O_APPEND)
        _ = Array(#"{"setting":{"_0":{"file":"curr"#.utf8).withUnsafeBytes { writeAll($0, to: descriptor) }
        close(descriptor)
        #expect(content.last == 0x0a)
        _ = try restoration().run()
        #expect(kernel.snapshot == before)
    }

    @Test func aDamagedJournalIsRefused() throws {
        directory.write("capture.journal", "nonsense\n")
        #expect(throws: CaptureError(.journalDamaged, path: "\(directory.path)/capture.journal")) {
            try Journal(in: directory.path, create: false)
        }
        // Once, looking at it removed it.
        #expect(directory.text("capture.journal") == "nonsense\n")
    }

    /// The settings were gone with it; only the file is still there.
    @Test func whatAnEarlierBootChangedIsNotPutBack() throws {
        let temporary = "\(directory.path)/.trace.dat.abcdef"
        directory.write(".trace.dat.abcdef", "")
        do {
            let journal = try #require(try Journal(in: journals, create: true))
            try journal.append(.owner(.init(process: 7, boot: "another", tracefs: kernel.directory)))
            try journal.append(.temporaryFile(RawString(temporary)))
            try journal.append(.setting(.init(file: "max_graph_depth", content: "9\n", form: .value)))
        }
        let before = kernel.snapshot
        #expect(try restoration().run() == .restored(process: 7, files: []))
        #expect(kernel.snapshot == before && access(temporary, F_OK) != 0)
    }

    /// Killed while the file was being written: only that is left to do.
    @Test func whatWasPutBackIsNotPutBackAgain() throws {
        let temporary = "\(directory.path)/.trace.dat.abcdef"
        directory.write(".trace.dat.abcdef", "")
        do {
            let journal = try #require(try Journal(in: journals, create: true))
            try journal.append(.owner(.init(tracefs: kernel.directory)))
            try journal.append(.temporaryFile(RawString(temporary)))
            try journal.append(.setting(.init(file: "max_graph_depth", content: "9\n", form: .value)))
            try journal.append(.settingsRestored)
        }
        let before = kernel.snapshot
        #expect(try restoration().run() == .restored(process: getpid(), files: []))
        #expect(kernel.snapshot == before && access(temporary, F_OK) != 0)
    }

    @Test func whatCannotBePutBackStaysInTheJournal() throws {
        try changeAll(try #require(try Journal(in: journals, create: true)))
        kernel.onWrite = { file, value throws(CaptureError) in
            if file == "max_graph_depth" { throw CaptureError(.writeFailed(value: value), path: file, errno: EIO) }
        }
        #expect(throws: CaptureError(.notRestored(["max_graph_depth"]), path: kernel.directory)) {
            try restoration().run()
        }
        kernel.onWrite = { _, _ throws(CaptureError) in }
        guard case .restored = try restoration().run() else {
            Issue.record("the journal is gone")
            return
        }
    }
}
