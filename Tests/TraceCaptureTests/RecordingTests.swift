import Glibc
import Testing

@testable import TraceCapture

@Suite struct RecordingTests {
    private let directory = TemporaryDirectory()

    private func content(of pages: RingBufferRecording.Pages) -> [UInt8] {
        var content = [UInt8](repeating: 0, count: pages.bytes)
        _ = pread(pages.file.number, &content, content.count, 0)
        return content
    }

    /// Numbers of pages around the size of a move, 16, and beyond.
    @Test(arguments: [0, 1, 15, 16, 17, 200])
    func everyPageOfEveryCPUIsKeptInOrder(count: Int) throws {
        let kernel = FakeKernel(directory: directory.path, cpus: [0, 3])
        let pages = (0..<count * 4096).map { UInt8(truncatingIfNeeded: $0 / 4096 + $0) }
        kernel.pages = [0: pages, 3: Array(pages.reversed())]
        let recording = try RingBufferRecording(
            kernel, cpus: try kernel.cpus(), pageSize: 4096, bufferSize: 1 << 20, directory: directory.opened,
            failed: {})
        try recording.start()
        let finished = recording.finish()
        #expect(finished.end == nil && finished.bytes == 2 * pages.count)
        let recorded = try #require(finished.kept)
        // The kernel refuses this while a raw pipe is open.
        try withExtendedLifetime(recording) { try kernel.write("current_tracer", "nop") }
        #expect(recorded.map(\.cpu) == [0, 3])
        #expect(content(of: recorded[0]) == pages)
        #expect(content(of: recorded[1]) == pages.reversed())
        #expect(directory.names == [])
    }

    /// /dev/full is a disk without space.
    @Test func aFullDiskEndsARecorderAndIsTold() throws {
        let kernel = FakeKernel(directory: directory.path)
        kernel.pages = [0: [UInt8](repeating: 1, count: 4096)]
        let source = Descriptor(try kernel.openRawPipe(cpu: 0))
        let full = Descriptor(open("/dev/full", O_WRONLY))
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let told = Descriptor(ends[1])
        let recorder = CPURecorder(
            cpu: 0, source: source, file: full, stop: Descriptor(ends[0]), pageSize: 4096,
            bufferSize: 1 << 20, failed: { _ = [UInt8(1)].withUnsafeBytes { writeAll($0, to: told.number) } })
        recorder.run()
        #expect(recorder.result.failure == ENOSPC)
        #expect(recorder.result.bytes == 0 && recorder.result.dropped == 4096)
        var request = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
        #expect(poll(&request, 1, 0) == 1)
    }

    /// Old kernels wake for every event.
    @Test(arguments: [(16 << 20, [5, 10, 20, 40, 80, 100, 100]), (2 << 20, [5, 10, 12, 12]), (64 << 10, [5, 5])])
    func aRecorderLooksAwayFromAKernelThatWakesItForLittle(bufferSize: Int, milliseconds: [Int]) {
        var pause = RecorderPause(bufferSize: bufferSize, move: 16 * 4096)
        let pauses = milliseconds.map { _ in
            pause.woken(forPages: true, bytes: 4096)
            return pause.milliseconds
        }
        #expect(pauses == milliseconds)
    }

    @Test(arguments: [(true, 16 * 4096), (true, 4 << 20), (false, 0), (false, 4096)])
    func aRecorderWaitsForAKernelThatWakesItForMuch(wokenForPages: Bool, bytes: Int) {
        var pause = RecorderPause(bufferSize: 16 << 20, move: 16 * 4096)
        pause.woken(forPages: true, bytes: 0)
        pause.woken(forPages: wokenForPages, bytes: bytes)
        #expect(pause.milliseconds == 0)
    }

    @Test func aPlaceThatCannotBeWrittenToIsFoundAtTheStart() {
        let kernel = FakeKernel(directory: directory.path)
        #expect(throws: CaptureError(.outputNotWritable, path: "/proc", errno: ENOENT)) {
            try RingBufferRecording(
                kernel, cpus: [0], pageSize: 4096, bufferSize: 1 << 20, directory: Descriptor(directory: "/proc"),
                failed: {})
        }
    }
}
