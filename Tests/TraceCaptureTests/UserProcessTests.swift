import Glibc
import Testing

@testable import TraceCapture

@Suite struct UserProcessTests {
    @Test(arguments: [
        ("/lib/libmultipath.so.0", "libmultipath"), ("/usr/sbin/multipathd", "multipathd"),
        ("/usr/sbin/multipathd (deleted)", "multipathd"), ("/lib/libdevmapper.so.1.02.1 (deleted)", "libdevmapper"),
        ("/lib/libc-2.31.so", "libc_2_31"), ("/opt/my program", "my_program"), ("/lib/a.sofa.so", "a_sofa"),
        ("/x/.so", "_so"), ("/x/d\\012e\u{1b}é", "d_012e___"), ("/lib/libforeign-nvme.so", "libforeign_nvme"),
    ])
    func aFileIsNamedByWhatItIs(path: String, name: String) {
        #expect(MappedFile.name(ofPath: path) == name)
    }

    @Test func aLineOfMapsIsAMapping() throws {
        let mapping = try #require(
            Mapping(
                line:
                    "7f0000001000-7f0000003000 r-xp 00002000 fd:00 1234                 /a dir/lib b\\012.so (deleted)")
        )
        #expect(mapping.addresses == 0x7f00_0000_1000..<0x7f00_0000_3000)
        #expect(mapping.isExecutable && mapping.fileOffset == 0x2000)
        #expect(mapping.file == FileIdentity(device: "fd:00", inode: 1234))
        #expect(mapping.path == "/a dir/lib b\\012.so (deleted)")
        #expect(mapping.address(ofFileOffset: 0x2010) == 0x7f00_0000_1010)
        #expect(mapping.address(ofFileOffset: 0x1fff) == nil)
        #expect(mapping.address(ofFileOffset: 0x4000) == nil)
        #expect(Mapping(line: "7f0000001000-7f0000003000 rw-p 00000000 00:00 0")?.file == nil)
    }

    @Test(arguments: [
        "", "7f00-7e00 r-xp 0 fd:00 1 /a", "7f00 r-xp 0 fd:00 1 /a", "7f00-8000 r-xp 0 fd:00",
        "7f00-8000 r-xp z fd:00 1 /a",
        "-7f00-8000 r-xp 0 fd:00 1 /a", "11111111111111111-2 r-xp 0 fd:00 1 /a",
    ])
    func aLineOfAnotherFormIsNone(line: String) {
        #expect(Mapping(line: line) == nil)
    }

    @Test func processesOfAProgramAreFoundInTheirOrder() throws {
        let proc = TemporaryDirectory()
        let programs = [
            10: "/usr/sbin/multipathd", 9: "/sbin/multipathd (deleted)", 11: "/sbin/multipath", 12: "/sbin/multipathd",
        ]
        for (pid, path) in programs {
            proc.write("\(pid)/comm", "multipathd")
            #expect(symlink(path, "\(proc.path)/\(pid)/exe") == 0)
        }
        proc.write("13/comm", "kthreadd")
        proc.write("self/maps", "")
        let map = """
            00400000-00452000 r-xp 00001000 08:02 7 /sbin/multipathd (deleted)
            00651000-00652000 r--p 00051000 08:02 7 /sbin/multipathd (deleted)
            00700000-00701000 r-xp 00052000 08:02 7 /sbin/multipathd (deleted)
            7f0000001000-7f0000003000 r-xp 00002000 08:02 8 /lib/libmultipath.so.0
            7f0000004000-7f0000005000 r-xp 00000000 00:00 0
            7f0000006000-7f0000007000 rw-p 00000000 08:02 9 /lib/data
            7fff00000000-7fff00002000 r-xp 00000000 00:00 0 [vdso]

            """
        proc.write("9/maps", map)
        proc.write("10/maps", "")
        // 12 has ended before its maps were read.
        let found = try UserProcess.running("multipathd", proc: proc.path)
        #expect(found.map(\.pid) == [9, 10])
        #expect(found[1].files.isEmpty)
        #expect(
            found[0].files == [
                MappedFile(
                    name: "multipathd", path: "/sbin/multipathd (deleted)",
                    openPath: "\(proc.path)/9/map_files/400000-452000", identity: .init(device: "08:02", inode: 7)),
                MappedFile(
                    name: "libmultipath", path: "/lib/libmultipath.so.0",
                    openPath: "\(proc.path)/9/map_files/7f0000001000-7f0000003000",
                    identity: .init(device: "08:02", inode: 8)),
            ])
    }

    @Test func mapsThatDoNotEndAreNotRead() throws {
        let proc = TemporaryDirectory()
        proc.write("9/maps", "")
        #expect(truncate("\(proc.path)/9/maps", 1 << 30) == 0)
        #expect(throws: CaptureError(.readFailed, path: "\(proc.path)/9/maps", errno: EFBIG)) {
            try UserProcess(9, proc: proc.path)
        }
    }

    @Test func thisProcessIsFoundByItsProgram() throws {
        let program = MappedFile.baseName(ofPath: try #require(linkTarget("/proc/self/exe")?.description))
        let found = try UserProcess.running(program)
        #expect(found.contains { $0.pid == getpid() && $0.threads.contains(currentThread()) })
    }
}
