import Glibc
import Testing
import TraceFormat

@testable import TraceCapture

/// Journals that somebody else may have written, and what root does not do for them.
@Suite struct HostileJournalTests {
    private let directory = TemporaryDirectory()
    private let kernel = FakeKernel(directory: "/nowhere")
    private var journals: String { "\(directory.path)/dmflow" }
    private var path: String { "\(journals)/capture.journal" }

    private func restore() throws(CaptureError) -> Restoration.Outcome {
        try Restoration(journals: journals) { [kernel] _ throws(CaptureError) in kernel }.run()
    }

    private func expectRefusal(_ flaw: String, at place: String? = nil) {
        let error = CaptureError(.journalNotSafe(flaw), path: place ?? path)
        let before = kernel.snapshot
        #expect(throws: error) { try restore() }
        #expect(throws: error) { try Journal(in: journals, create: true) }
        #expect(throws: error) { try Journal.entries(in: journals) }
        #expect(kernel.snapshot == before && kernel.log == [])
        #expect(directory.openDescriptors == 0)
    }

    private static let owner = #"{"owner":{"_0":{"process":7,"boot":"BOOT","tracefs":"/nowhere"}}}"#

    /// A journal with these lines behind the owner's, of this boot.
    private func write(_ lines: String...) {
        let owner = Self.owner.split(separator: "BOOT").joined(separator: Journal.Owner(tracefs: "/nowhere").boot)
        directory.write("dmflow/capture.journal", ([owner] + lines).map { $0 + "\n" }.joined())
    }

    @Test func whatACaptureWritesIsSafe() throws {
        write(#"{"setting":{"_0":{"file":"max_graph_depth","content":"9\n","form":{"value":{}}}}}"#)
        #expect(try restore() == .restored(process: 7, files: ["max_graph_depth"]))
        #expect(kernel.values["max_graph_depth"]?.trimmed == "9")
    }

    /// Nobody waits for its other end.
    @Test func aFIFOIsRefused() {
        mkdir(journals, 0o700)
        mkfifo(path, 0o600)
        expectRefusal("it is no file")
    }

    @Test func aDirectoryInItsPlaceIsRefused() {
        mkdir(journals, 0o700)
        mkdir(path, 0o700)
        expectRefusal("it is no file")
    }

    @Test func aLinkIsNotFollowed() {
        write()
        rename(path, "\(directory.path)/elsewhere")
        symlink("\(directory.path)/elsewhere", path)
        expectRefusal("it is no file")
    }

    @Test func aLinkInPlaceOfTheDirectoryIsNotFollowed() {
        write()
        rename(journals, "\(directory.path)/elsewhere")
        symlink("\(directory.path)/elsewhere", journals)
        expectRefusal("it is no directory", at: journals)
    }

    @Test func aFileInPlaceOfTheDirectoryIsRefused() {
        directory.write("dmflow", "")
        expectRefusal("it is no directory", at: journals)
    }

    @Test func anotherNameOfTheFileIsAReasonToRefuse() {
        write()
        link(path, "\(directory.path)/elsewhere")
        expectRefusal("it has another name besides")
    }

    /// Who may open it may hold its lock.
    @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o601] as [mode_t])
    func aFileThatOthersMayOpenIsRefused(mode: mode_t) {
        write()
        chmod(path, mode)
        expectRefusal("others may open it")
    }

    @Test(
        arguments: [(0o755, true), (0o711, true), (0o770, false), (0o702, false), (0o777, false)] as [(mode_t, Bool)])
    func aDirectoryThatOthersMayWriteToIsRefused(mode: mode_t, isSafe: Bool) throws {
        write()
        chmod(journals, mode)
        if isSafe {
            #expect(try restore() == .restored(process: 7, files: []))
        } else {
            expectRefusal("others may write to it", at: journals)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files away")) func anothersFileIsRefused() {
        write()
        chown(path, 65534, 65534)
        expectRefusal("it belongs to user 65534")
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files away")) func anothersDirectoryIsRefused() {
        write()
        chown(journals, 65534, 65534)
        expectRefusal("it belongs to user 65534", at: journals)
    }

    /// Before the mask of the process could make it otherwise.
    @Test func whatIsMadeIsForItsOwnerOnly() throws {
        let before = umask(0)
        defer { umask(before) }
        let journal = try #require(try Journal(in: journals, create: true))
        #expect(directory.mode("dmflow") == 0o700 && directory.mode("dmflow/capture.journal") == 0o600)
        try journal.clear()
    }

    @Test(
        arguments: [
            "../../etc/passwd", "/etc/passwd", "options/../../x", "options//x", "", ".", "..", "a/./b", "per_cpu/",
            "a b", "tracing_on\\u0000x", "\\u001b[2J", "ümlaut",
        ]) func aNameThatLeadsOutOfTracefsIsRefused(file: String)
    {
        write(#"{"setting":{"_0":{"file":"\#(file)","content":"1","form":{"value":{}}}}}"#)
        expectRefusal("it names what no capture changes")
    }

    /// What puts an event back writes to the files of events only, and no more than a switch takes.
    @Test(
        arguments: [
            ("tracing_on", "1\\n", "eventSwitch"), ("events/enable", "1\\n", "eventSwitch"),
            ("events/block/enable", "1\\n", "eventSwitch"), ("instances/x/events/enable", "1\\n", "eventSwitch"),
            ("events/block/block_rq_issue/enable", "rm\\n", "eventSwitch"),
            ("events/block/block_rq_issue/trigger", "x\\n", "eventFilter"), ("set_event", "none\\n", "eventFilter"),
        ]) func anEventThatNoCaptureRecordedIsRefused(file: String, content: String, form: String)
    {
        write(#"{"setting":{"_0":{"file":"\#(file)","content":"\#(content)","form":{"\#(form)":{}}}}}"#)
        expectRefusal("it names what no capture changes")
    }

    /// An event's module may have been removed since.
    @Test func anEventIsPutBackAndOneThatIsGoneIsNone() throws {
        kernel.addEvent("block/block_rq_issue")
        write(
            #"{"setting":{"_0":{"file":"events/block/block_rq_issue/filter","content":"dev == 8\n","form":{"eventFilter":{}}}}}"#,
            #"{"setting":{"_0":{"file":"events/block/block_rq_issue/enable","content":"1*\n","form":{"eventSwitch":{}}}}}"#,
            #"{"setting":{"_0":{"file":"events/scsi/gone/enable","content":"0\n","form":{"eventSwitch":{}}}}}"#)
        kernel.heldEvents = ["events/block/block_rq_issue/enable"]
        _ = try restore()
        #expect(kernel.snapshot["events/block/block_rq_issue/filter"] == "dev == 8\n")
        #expect(kernel.snapshot["events/block/block_rq_issue/enable"] == "1*\n")
        #expect(directory.names == [])
    }

    @Test(arguments: ["..", "../options", "theirs", "dmflow-1/..", "dmflow-1/../../x", "", "."])
    func anInstanceThatNoCaptureMadeIsRefused(name: String) {
        write(#"{"instance":{"_0":"\#(name)"}}"#)
        expectRefusal("it names what no capture changes")
    }

    @Test(
        arguments: [
            ("set_event", "a"), ("../uprobe_events", "a"), ("uprobe_events", "../../x"), ("uprobe_events", ""),
            ("kprobe_events", "a/b"), ("dynamic_events", "../x"), ("synthetic_events", "a"),
        ]) func aProbeThatNoCaptureSetIsRefused(file: String, name: String)
    {
        write(#"{"probes":{"_0":{"file":"\#(file)","names":["\#(name)"]}}}"#)
        expectRefusal("it names what no capture changes")
    }

    @Test func aFileThatIsNoCapturesIsNotRemoved() throws {
        directory.write("precious", "old")
        write(#"{"temporaryFile":{"_0":"\#(directory.path)/precious"}}"#)
        #expect(try restore() == .restored(process: 7, files: [], leftAlone: ["\(directory.path)/precious"]))
        #expect(directory.text("precious") == "old")
    }

    @Test func aNameThatIsNoUTF8IsRemoved() throws {
        let left = RawString(bytes: Array("\(directory.path)/.a".utf8) + [0xff] + Array("b.dat.1b2c".utf8))
        do {
            let journal = try #require(try Journal(in: journals, create: true))
            try journal.append(.owner(.init(process: 7, boot: "another", tracefs: "/nowhere")))
            try journal.append(.temporaryFile(left))
        }
        _ = left.withCString { close(open($0, O_WRONLY | O_CREAT | O_EXCL, 0o600)) }
        #expect(try restore() == .restored(process: 7, files: []))
        #expect(left.withCString { access($0, F_OK) } != 0)
    }

    /// What cannot be one is not read to its end.
    @Test func aJournalHasALimit() throws {
        write()
        truncate(path, off_t(JournalFile.maxSize) + 1)
        #expect(throws: CaptureError(.readFailed, path: path, errno: EFBIG)) { try restore() }
        truncate(path, off_t(JournalFile.maxSize))
        // Up to there it is read: zeros are no entry, and the last line has no end.
        #expect(try restore() == .restored(process: 7, files: []))
    }

    // MARK: Where tracefs is

    private static let mounts = """
        sysfs /sys sysfs rw 0 0
        debugfs /sys/kernel/debug debugfs rw 0 0
        tracefs /sys/kernel/tracing tracefs rw 0 0
        faked /home/mallory/tracing tracefs rw 0 0
        nodev /mnt/a\\134b\\011c tracefs ro 0 0

        """

    private var all: [TracefsMount] {
        TracefsMount.all(in: Self.mounts) { $0.hasPrefix("/home") ? 0x6573_5546 : 0x7472_6163 }
    }

    @Test func whatTheKernelDoesNotCallTracefsIsNone() {
        #expect(
            all.map(\.directory) == ["/sys/kernel/tracing", "/mnt/a\\b\tc", "/sys/kernel/debug/tracing"])
        #expect(TracefsMount.all(in: Self.mounts) { _ in -1 } == [])
    }

    @Test(arguments: [
        ("/mnt/a\\b\tc", "/sys/kernel/tracing"), ("/sys/kernel/debug/tracing", "/sys/kernel/debug/tracing"),
        ("/gone", "/sys/kernel/tracing"), ("/home/mallory/tracing", "/sys/kernel/tracing"), ("", "/sys/kernel/tracing"),
    ]) func theMountOfTodayIsUsed(journal: String, used: String) throws {
        let chosen = try TracefsMount.choose(among: all, preferring: journal) { $0.directory.hasPrefix("/mnt") }
        #expect(chosen.directory == used)
    }

    @Test func aReadOnlyMountIsToBeMountedAgain() {
        #expect {
            try TracefsMount.choose(among: all, preferring: "/gone") { _ in true }
        } throws: { error in
            error as? CaptureError == CaptureError(.tracefsReadOnly, path: "/sys/kernel/tracing")
                && "\(error)".hasSuffix("mount -o remount,rw /sys/kernel/tracing")
        }
        #expect(throws: CaptureError(.tracefsNotMounted)) {
            try TracefsMount.choose(among: [], preferring: "/gone") { _ in false }
        }
    }
}
