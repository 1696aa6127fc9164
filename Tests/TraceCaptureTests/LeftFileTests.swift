import Glibc
import Testing
import TraceFormat

@testable import TraceCapture

/// What is removed of a capture that was killed, where others could write meanwhile.
@Suite struct LeftFileTests {
    private let directory = TemporaryDirectory()
    private let name = ".trace.dat.1b2c3"
    private var path: RawString { "\(directory.path)/\(name)" }

    @Test func theUnfinishedFileIsRemoved() {
        directory.write(name, "pages")
        #expect(LeftFile.remove(path) == .removed)
        #expect(LeftFile.remove(path) == .notThere)
        #expect(LeftFile.remove("\(directory.path)/gone/\(name)") == .notThere)
    }

    @Test func everyNameThatIsGivenIsKnownAgain() {
        for name: RawString in ["trace.dat", "x", "a.b.c", RawString(bytes: [0xff]), ".hidden"] {
            for _ in 0..<100 { #expect(LeftFile.isTemporaryName(LeftFile.temporaryName(for: name))) }
        }
    }

    @Test(
        arguments: [
            "passwd", ".bashrc", ".x", ".", "..", "", ".trace.dat.", ".trace.dat.ABC", "trace.dat.1b2c3", "..1b2c3",
            ".trace.dat.1b2c3d4e5f6g7h", ".trace.dat.1b-2",
        ]) func otherNamesAreLeftAlone(name: RawString)
    {
        #expect(!LeftFile.isTemporaryName(name))
        directory.write("\(name)", "precious")
        #expect(LeftFile.remove("\(directory.path)/\(name)") == .leftAlone)
    }

    /// 13 digits hold the largest number; 14 are nobody's.
    @Test func theLongestSuffixHasThirteenDigits() {
        #expect(LeftFile.isTemporaryName(".t.\(String(UInt64.max, radix: 36))"))
        #expect(!LeftFile.isTemporaryName(".t.\(String(UInt64.max, radix: 36))0"))
    }

    @Test func linksDirectoriesAndOtherNamesOfFilesAreLeftAlone() {
        directory.write("precious", "old")
        symlink("\(directory.path)/precious", "\(directory.path)/\(name)")
        #expect(LeftFile.remove(path) == .leftAlone)
        unlink("\(directory.path)/\(name)")
        link("\(directory.path)/precious", "\(directory.path)/\(name)")
        #expect(LeftFile.remove(path) == .leftAlone)
        unlink("\(directory.path)/\(name)")
        mkdir("\(directory.path)/\(name)", 0o700)
        #expect(LeftFile.remove(path) == .leftAlone)
        rmdir("\(directory.path)/\(name)")
        mkfifo("\(directory.path)/\(name)", 0o600)
        #expect(LeftFile.remove(path) == .leftAlone)
        #expect(directory.text("precious") == "old")
    }

    /// The directory's owner has put a link in its place.
    @Test func whereALinkLeadsNothingIsRemoved() {
        directory.write("etc/\(name)", "precious")
        symlink("etc", "\(directory.path)/home")
        for path: RawString in [
            "\(directory.path)/home/\(name)", "\(directory.path)/etc/../etc/\(name)", "etc/\(name)",
            "\(directory.path)//etc/\(name)",
        ] { #expect(LeftFile.remove(path) == .leftAlone, "\(path)") }
        #expect(directory.text("etc/\(name)") == "precious")
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files away")) func anothersFileIsLeftAlone() {
        directory.write(name, "theirs")
        chown("\(directory.path)/\(name)", 65534, 65534)
        #expect(LeftFile.remove(path) == .leftAlone)
    }
}
