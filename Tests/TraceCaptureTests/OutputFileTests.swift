import Glibc
import Testing
import TraceFormat

@testable import TraceCapture

/// The file of a capture, in a directory where others may have put something.
@Suite struct OutputFileTests {
    private let directory = TemporaryDirectory()
    private var path: RawString { "\(directory.path)/out.dat" }

    /// - Returns: what was replaced.
    private func write(_ path: RawString? = nil) throws -> OutputFile.Replaced? {
        var output = try OutputFile(path: path ?? self.path)
        _ = Array("new".utf8).withUnsafeBytes { writeAll($0, to: output.descriptor) }
        return try output.commit()
    }

    @Test func anExistingFileIsReplacedOnlyByAWholeOne() throws {
        directory.write("out.dat", "old")
        do { _ = try OutputFile(path: path) }
        #expect(directory.text("out.dat") == "old" && directory.names == ["out.dat"])
        #expect(try write() == .file)
        #expect(directory.text("out.dat") == "new" && directory.mode("out.dat") == 0o600)
        #expect(directory.names == ["out.dat"])
    }

    @Test func whereNothingWasNothingIsReplaced() throws {
        #expect(try write() == nil)
    }

    /// Root's capture in a directory of somebody else's replaced what their link pointed to.
    @Test func aLinkIsReplacedItself() throws {
        directory.write("there/precious", "old")
        symlink("\(directory.path)/there/precious", "\(directory.path)/out.dat")
        #expect(try write() == .link(to: "\(directory.path)/there/precious"))
        #expect(directory.text("there/precious") == "old")
        var status = stat()
        #expect(lstat("\(directory.path)/out.dat", &status) == 0 && status.st_mode & S_IFMT == S_IFREG)
        #expect(directory.text("out.dat") == "new")
    }

    /// Nothing is made where a link leads, either.
    @Test func aLinkToNothingIsReplacedItself() throws {
        symlink("\(directory.path)/nothing", "\(directory.path)/out.dat")
        #expect(try write() == .link(to: "\(directory.path)/nothing"))
        #expect(directory.names == ["out.dat"])
    }

    @Test func aLinkThatComesMeanwhileIsReplacedItself() throws {
        directory.write("there/precious", "old")
        var output = try OutputFile(path: path)
        symlink("\(directory.path)/there/precious", "\(directory.path)/out.dat")
        #expect(try output.commit() == .link(to: "\(directory.path)/there/precious"))
        #expect(directory.text("there/precious") == "old")
    }

    /// As /dev/stdout is one, where standard output goes to a file: it was replaced.
    @Test func aLinkToADescriptorIsNotReplaced() throws {
        directory.write("there", "old")
        let descriptor = open("\(directory.path)/there", O_RDONLY)
        defer { close(descriptor) }
        symlink("/proc/self/fd/\(descriptor)", "\(directory.path)/out.dat")
        #expect(throws: CaptureError(.outputNotAFile, path: path.description)) { try write() }
        #expect(directory.text("there") == "old" && directory.names == ["out.dat", "there"])
    }

    /// Nothing is left of a report if the process is killed, whatever the file system's means.
    @Test func aFileWithoutANameIsNamedWhenItIsWhole() throws {
        directory.write("out.dat", "old")
        do {
            let output = try OutputFile(path: path, mode: 0o640)
            _ = Array("lost".utf8).withUnsafeBytes { writeAll($0, to: output.descriptor) }
            #expect(directory.names == ["out.dat"])
        }
        #expect(directory.text("out.dat") == "old")
        var output = try OutputFile(path: path, mode: 0o640)
        _ = Array("new".utf8).withUnsafeBytes { writeAll($0, to: output.descriptor) }
        #expect(try output.commit() == .file)
        #expect(directory.text("out.dat") == "new" && directory.mode("out.dat") == 0o640)
        #expect(directory.names == ["out.dat"])
    }

    @Test func aFileHasOnePlaceWhateverPathLeadsThere() throws {
        directory.write("a/x", "")
        let there = try OutputFile(path: "\(directory.path)/a/out", mode: 0o600)
        let same = try OutputFile(path: "\(directory.path)/a/../a/out", mode: 0o600)
        let other = try OutputFile(path: "\(directory.path)/out", mode: 0o600)
        #expect(there.place == same.place && there.place != other.place)
    }

    /// Whoever owns the directory's place puts a link there between beginning and end.
    @Test func theDirectoryStaysTheOneThatWasOpened() throws {
        directory.write("mine/x", "")
        directory.write("other/out.dat", "precious")
        var output = try OutputFile(path: "\(directory.path)/mine/out.dat")
        rename("\(directory.path)/mine", "\(directory.path)/moved")
        symlink("\(directory.path)/other", "\(directory.path)/mine")
        #expect(try output.commit() == nil)
        #expect(directory.text("other/out.dat") == "precious")
        #expect(directory.mode("moved/out.dat") == 0o600)
    }

    @Test(
        arguments: [
            ("/dev/null", .outputNotAFile), ("/", .outputNotAFile), ("", .outputNotAFile), ("/tmp/..", .outputNotAFile),
            ("/tmp/.", .outputNotAFile), ("/tmp/", .outputNotAFile), ("/proc/x", .outputNotWritable),
            ("/no/such/out.dat", .outputNotWritable),
        ] as [(RawString, CaptureError.Problem)])
    func whatCannotBeTheOutputIsFoundBeforeAnythingIsDone(path: RawString, problem: CaptureError.Problem) {
        do throws(CaptureError) {
            _ = try OutputFile(path: path)
            Issue.record("\(path) was taken")
        } catch {
            #expect(error.problem == problem)
        }
    }

    /// As /dev/stdout is one: nobody wants that replaced.
    @Test func aLinkToNoFileIsLeftAlone() {
        directory.write("there/x", "")
        for target in ["/dev/null", "there"] {
            symlink(target, "\(directory.path)/out.dat")
            #expect(throws: CaptureError(.outputNotAFile, path: "\(directory.path)/out.dat")) { try write() }
            #expect(directory.names == ["out.dat", "there"] && directory.openDescriptors == 0)
            unlink("\(directory.path)/out.dat")
        }
    }

    @Test func aFIFOIsLeftAlone() {
        mkfifo("\(directory.path)/out.dat", 0o600)
        #expect(throws: CaptureError(.outputNotAFile, path: "\(directory.path)/out.dat")) { try write() }
    }

    /// Names are bytes.
    @Test func aNameThatIsNoUTF8IsTheFilesName() throws {
        let name: [UInt8] = [0x61, 0xff, 0xc3, 0x62]
        #expect(try write(RawString(bytes: Array("\(directory.path)/".utf8) + name)) == nil)
        let copy = RawString(bytes: Array("\(directory.path)/".utf8) + name)
        #expect(copy.withCString { access($0, F_OK) } == 0)
        _ = copy.withCString { unlink($0) }
        #expect(directory.names == [])
    }

    /// A name as long as names may be leaves no room for what the temporary one has more.
    @Test func theLongestNameIsTaken() throws {
        let name = String(repeating: "n", count: 255)
        #expect(try write("\(directory.path)/\(name)") == nil)
        #expect(directory.names == [name])
        #expect(throws: CaptureError.self) { try write("\(directory.path)/\(name)n") }
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
    func itIsTheOpenFileThatIsGiven() throws {
        directory.write("precious", "old")
        let nobody = try Account(named: "nobody")
        var announced: RawString?
        var output = try OutputFile(path: path) { announced = $0 }
        // Somebody puts a link in the place of the unfinished file.
        let temporary = try #require(announced?.description)
        rename(temporary, "\(directory.path)/moved")
        symlink("\(directory.path)/precious", temporary)
        #expect(output.give(to: nobody) == 0)
        _ = try output.commit()
        var status = stat()
        #expect(stat("\(directory.path)/precious", &status) == 0 && status.st_uid == 0)
        #expect(stat("\(directory.path)/moved", &status) == 0 && status.st_uid == nobody.user)
        #expect(status.st_mode & 0o7777 == 0o600)
    }
}
