import Glibc
import Testing

@testable import TraceCapture

@Suite struct MappedObjectTests {
    private static let code = SyntheticElf.codeAddress
    private let directory = TemporaryDirectory()

    /// A stripped file, which exports one function of two.
    private func stripped() -> MappedFile {
        let elf = SyntheticElf(symbols: nil, dynamicSymbols: [.init(name: "domap", address: Self.code)])
        write("lib", elf.image().bytes)
        return MappedFile(
            name: "lib", path: "/lib/lib.so", openPath: "\(directory.path)/lib",
            identity: .init(device: "0:1", inode: 2))
    }

    /// The symbols of the stripped file; its own code is elsewhere.
    private func debug(buildID: [UInt8] = [0xab, 0xcd, 0x00, 0x12]) -> [UInt8] {
        let elf = SyntheticElf(
            symbols: [.init(name: "domap", address: Self.code), .init(name: "hidden", address: Self.code + 32)],
            buildID: buildID)
        var image = elf.image().bytes
        // The file offset of the code.
        image[64 + 8 + 1] = 0
        return image
    }

    private func write(_ name: String, _ bytes: [UInt8]) {
        directory.write(name, "")
        let file = Descriptor(open("\(directory.path)/\(name)", O_WRONLY))
        #expect(bytes.withUnsafeBytes { writeAll($0, to: file.number) } == 0)
    }

    private let place = "usr/lib/debug/.build-id/ab/cd0012.debug"

    private func object(roots: [String] = ["root"]) -> MappedObject {
        MappedObject(stripped(), debugRoots: roots.map { "\(directory.path)/\($0)" })
    }

    @Test func aStrippedFileSaysWhatIsMissing() {
        let object = object()
        #expect(object.visibility == .exportedOnly)
        #expect(object.functions.map(\.name) == ["domap"])
        #expect(
            "\(object)" == "lib is stripped: 1 exported functions are visible of it; "
                + "install its debug symbols (build-id abcd0012) for all")
    }

    @Test func aDebugFileOfTheSameBuildShowsAll() {
        write("second/\(place)", debug())
        let object = object(roots: ["root", "second"])
        #expect(object.visibility == .debugFile("/\(place)"))
        #expect(object.functions.map(\.name) == ["domap", "hidden"])
        #expect(object.functions[1].fileOffset == UInt64(SyntheticElf.codeOffset) + 32)
        #expect("\(object)" == "lib: all 2 functions are visible, by /\(place)")
    }

    @Test func aDebugFileOfAnotherBuildOrDamagedIsNone() {
        write("root/\(place)", debug(buildID: [0xab, 0xcd, 0x00, 0x13]))
        #expect(object().visibility == .exportedOnly)
        write("root/\(place)", Array(debug().dropLast()))
        #expect(object().visibility == .exportedOnly)
    }

    @Test(arguments: ["/there/file", "../../../../../../../../there/file", "./../cd/../../../../../../there/./file"])
    func linksInARootStayInIt(target: String) {
        write("there/file", [])
        write("root/there/file", debug())
        write("root/\(place)", [])
        #expect(unlink("\(directory.path)/root/\(place)") == 0)
        #expect(symlink(target, "\(directory.path)/root/\(place)") == 0)
        directory.write("root/usr/lib/debug/.build-id/cd/x", "")
        #expect(object().visibility == .debugFile("/\(place)"))
    }

    @Test func linksThatDoNotEndAndWhatIsNoFileAreNotOpened() {
        write("root/\(place)", [])
        let path = "\(directory.path)/root/\(place)"
        #expect(unlink(path) == 0 && symlink("cd0012.debug", path) == 0)
        #expect(openFile("/\(place)", inRoot: "\(directory.path)/root") == nil)
        #expect(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
        #expect(openFile("/\(place)", inRoot: "\(directory.path)/root") == nil)
        #expect(openFile("/usr", inRoot: "\(directory.path)/root") == nil)
        #expect(openFile("/usr", inRoot: "\(directory.path)/nowhere") == nil)
    }

    @Test func aFileThatIsNoElfSaysSo() {
        let file = stripped()
        write("lib", Array("text".utf8))
        let error = CaptureError(.elfNotUsable("it is no ELF file"), path: file.openPath)
        let object = MappedObject(file, debugRoots: [])
        #expect(object.visibility == .unreadable(error))
        #expect("\(object)" == "lib: \(error)")
    }

    @Test(arguments: [
        ("check_path", ["check_path.isra.0"]), ("domap", ["domap"]), ("reload", ["reload.part.0"]),
        ("run", ["run", "run.constprop.0"]), ("cold_only", []), ("domap_x", []),
    ])
    func aSourceFunctionIsFoundAsTheCompilerLeftIt(source: String, names: [String]) {
        let all = [
            "check_path.isra.0", "check_path.isra.0.cold", "check_path.part.0", "check_paths", "domap", "domap.cold",
            "reload.part.0", "run", "run.constprop.0", "run.part.1", "cold_only.cold",
        ]
        let elf = SyntheticElf(
            symbols: all.enumerated().map { .init(name: $1, address: Self.code + UInt64($0) * 16) })
        let file = stripped()
        write("lib", elf.image().bytes)
        let object = MappedObject(file, debugRoots: [])
        #expect(object.entryPoints(of: source).map(\.name) == names)
        #expect("\(object)" == "lib: all 11 functions are visible")
    }

    /// Files of other processes are opened as root only.
    @Test(.enabled(if: geteuid() == 0))
    func functionsOfThisProcessAreWhereTheLoaderHasThem() throws {
        let process = try UserProcess(getpid())
        let file = try #require(process.files.first { $0.name == "libc" })
        let function = try #require(MappedObject(file, of: process).entryPoints(of: "getppid").first)
        let address = UInt64(UInt(bitPattern: try #require(dlsym(nil, "getppid"))))
        let places = try Mapping.all(of: getpid(), proc: "/proc").filter { $0.isExecutable && $0.file == file.identity }
        #expect(places.compactMap { $0.address(ofFileOffset: function.fileOffset) } == [address])
    }
}
