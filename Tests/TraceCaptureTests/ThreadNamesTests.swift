import Glibc
import Testing

@testable import TraceCapture

@Suite struct ThreadNamesTests {
    /// Waits in a function of the test's own until `finish` is written to.
    private final class WaitingThread: @unchecked Sendable {
        private var started: [Int32] = [0, 0]
        fileprivate var finish: [Int32] = [0, 0]
        private var thread = pthread_t()
        private(set) var number: Int32 = 0

        init() {
            guard pipe(&started) == 0, pipe(&finish) == 0 else { fatalError("no pipes") }
            let ends = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
            (ends[0], ends[1]) = (started[1], finish[0])
            let code = pthread_create(
                &thread, nil, { waitInMarker($0!.assumingMemoryBound(to: Int32.self)) }, ends)
            guard code == 0, read(started[0], &number, 4) == 4 else { fatalError("no thread") }
        }

        deinit {
            write(finish[1], "x", 1)
            pthread_join(thread, nil)
            for end in started + finish { close(end) }
        }
    }

    @Test(.enabled(if: geteuid() == 0))
    func aThreadIsNamedByTheFunctionThatItWaitsIn() throws {
        let waiting = WaitingThread()
        let process = try UserProcess(getpid())
        let program = try #require(linkTarget("/proc/self/exe")?.description)
        let objects = process.files.filter { $0.path == program || $0.path.hasSuffix(".xctest") }
            .map { MappedObject($0, of: process) }
        let markers = [
            ThreadNames.Marker(name: "other", functions: ["no_such_function"]),
            .init(name: "waiter", functions: ["no_such_function", "dmflow_test_marker"]),
        ]
        let names = try ThreadNames(markers, in: objects).names(of: process)
        #expect(names == [waiting.number: "waiter"])
    }

    // MARK: Made processes

    private static let base: UInt64 = 0x10_0000
    private static let stack: UInt64 = 0x20_0000
    /// Where the code's functions are loaded: the mapping begins at the code in the file.
    private static func loaded(_ offset: UInt64) -> UInt64 { base + offset }

    /// A process with one thread, whose stack has 64 words, and whose code has the functions `loop` (32 bytes) and `call` (16)
    /// at its beginning.
    private func names(words: [Int: UInt64], syscall: String, is64Bit: Bool = true) throws -> [Int32: String] {
        let proc = TemporaryDirectory()
        let code = SyntheticElf.codeAddress
        let elf = SyntheticElf(
            is64Bit: is64Bit,
            symbols: [.init(name: "loop", address: code, size: 32), .init(name: "call", address: code + 32)])
        let image = elf.image().bytes
        let hexadecimal = { (value: UInt64) in String(value, radix: 16) }
        proc.write(
            "7/maps",
            """
            \(hexadecimal(Self.base))-\(hexadecimal(Self.base + 0x200)) r-xp 00000200 08:02 7 /sbin/multipathd
            \(hexadecimal(Self.stack))-\(hexadecimal(Self.stack + 512)) rw-p 00000000 00:00 0

            """)
        proc.write("7/map_files/\(hexadecimal(Self.base))-\(hexadecimal(Self.base + 0x200))", "")
        proc.write("7/task/8/syscall", syscall)
        proc.write("7/mem", "")
        let memory = Descriptor(open("\(proc.path)/7/mem", O_WRONLY))
        for (position, word) in words {
            var word = word
            #expect(pwrite(memory.number, &word, 8, off_t(Self.stack) + off_t(position) * 8) == 8)
        }
        let process = try UserProcess(7, proc: proc.path)
        let program = Descriptor(open(process.files[0].openPath, O_WRONLY))
        #expect(image.withUnsafeBytes { writeAll($0, to: program.number) } == 0)
        let markers = [
            ThreadNames.Marker(name: "looper", functions: ["loop"]), .init(name: "caller", functions: ["call"]),
        ]
        return try ThreadNames(markers, in: [MappedObject(process.files[0], debugRoots: [])]).names(of: process)
    }

    private static let waiting = "0 0x3 0x0 0x0 0x0 0x0 0x0 0x200010 0x7f0000000000\n"

    @Test(
        arguments: [(UInt64(0), nil), (1, "looper"), (31, "looper"), (32, nil), (33, "caller"), (48, nil)]
            as [(UInt64, String?)])
    func aReturnAddressLiesInsideTheFunction(offset: UInt64, name: String?) throws {
        #expect(try names(words: [5: Self.loaded(offset), 63: 0], syscall: Self.waiting)[8] == name)
    }

    @Test(arguments: [waiting, "-1 0x200010 0x7f0000000000\n", "-1 0x20000c 0x0"])
    func onlyWhatIsOnTheStackCounts(syscall: String) throws {
        #expect(try names(words: [1: Self.loaded(8), 63: 0], syscall: syscall).isEmpty)
        #expect(try names(words: [2: Self.loaded(8), 63: 0], syscall: syscall) == [8: "looper"])
        #expect(try names(words: [63: 0, 64: Self.loaded(8)], syscall: syscall).isEmpty)
    }

    @Test func theOutermostCallCounts() throws {
        let words = [5: Self.loaded(8), 6: Self.loaded(40), 9: Self.loaded(9), 20: Self.loaded(41), 63: 0]
        #expect(try names(words: words, syscall: Self.waiting) == [8: "caller"])
    }

    @Test(arguments: ["running\n", "", "0 0x0 0x999999 0x0", "0 0 zz 0", "-1 0xfffffffffffffffc 0x0"])
    func aThreadWithoutAStackHasNoName(syscall: String) throws {
        #expect(try names(words: [5: Self.loaded(8)], syscall: syscall).isEmpty)
    }

    @Test func stacksOf32BitProcessesAreNotUnderstood() throws {
        #expect(try names(words: [5: Self.loaded(8), 63: 0], syscall: Self.waiting, is64Bit: false).isEmpty)
    }
}

/// Its number, which glibc's header does not give to Swift.
func currentThread() -> Int32 {
    Int32(linkTarget("/proc/thread-self")?.description.split(separator: "/").last ?? "") ?? 0
}

/// The function that tells the thread: it waits itself, and goes on after that, so that its caller cannot stand in for it.
@c(dmflow_test_marker) @inline(never)
public func waitInMarker(_ ends: UnsafeMutablePointer<Int32>) -> UnsafeMutableRawPointer? {
    var number = currentThread()
    write(ends[0], &number, 4)
    var byte: UInt8 = 0
    let count = read(ends[1], &byte, 1)
    ends.deallocate()
    return count == 1 ? nil : UnsafeMutableRawPointer(bitPattern: count)
}
