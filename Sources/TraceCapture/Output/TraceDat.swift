import CLinux
import Glibc
import TraceFormat

/// A trace.dat file of version 6, as trace-cmd(1) and KernelShark read it; see trace-cmd.dat.v6(5).
///
/// Version 6 has no compression and no sections: a header, a table of one extent for each CPU, and the pages as the
/// kernel handed them out, aligned to their size so that readers can map them.
struct TraceDat {
    /// One CPU's pages, or none for a number that no CPU has.
    struct Extent: Equatable {
        let offset: UInt64
        let size: UInt64
    }

    let metadata: TraceMetadata
    let pageSize: Int
    let statistics: [CPUStatistics]
    var stats: RecordingStats?
    var topology: Topology?

    /// The header up to the first page, and where each CPU's pages go.
    ///
    /// - Parameter sizes: bytes for each CPU number from 0; zero for gaps in the numbering.
    func layout(sizes: [Int]) -> (header: [UInt8], extents: [Extent]) {
        var bytes = ByteWriter()
        appendFormats(to: &bytes)
        appendNames(to: &bytes)
        bytes.append(UInt32(sizes.count))
        appendOptions(to: &bytes)
        bytes.append(string: TraceDatFormat.Kind.pages)

        // The clock follows the table of extents; whether it is there is what the option without content says.
        let clock = Array("[\(metadata.clock)]".utf8)
        var offset = (bytes.count + sizes.count * 16 + 8 + clock.count).aligned(to: pageSize)
        var extents: [Extent] = []
        for size in sizes {
            extents.append(Extent(offset: UInt64(offset), size: UInt64(size)))
            bytes.append(UInt64(offset))
            bytes.append(UInt64(size))
            offset = (offset + size).aligned(to: pageSize)
        }
        bytes.append(UInt64(clock.count))
        bytes.append(bytes: clock)
        return (bytes.content, extents)
    }

    private func appendFormats(to bytes: inout ByteWriter) {
        bytes.append(bytes: TraceDatFormat.magic)
        bytes.append(string: "6")
        bytes.append(UInt16(1).bigEndian == 1 ? TraceDatFormat.bigEndian : TraceDatFormat.littleEndian)
        bytes.append(UInt8(MemoryLayout<Int>.size))
        bytes.append(UInt32(pageSize))
        bytes.append(string: TraceDatFormat.headerPage)
        bytes.append(sized: metadata.headerPage)
        bytes.append(string: TraceDatFormat.headerEvent)
        bytes.append(sized: metadata.headerEvent)
        bytes.append(UInt32(metadata.ftraceFormats.count))
        for format in metadata.ftraceFormats { bytes.append(sized: format) }
        bytes.append(UInt32(metadata.events.count))
        for system in metadata.events {
            bytes.append(string: system.name)
            bytes.append(UInt32(system.formats.count))
            for format in system.formats { bytes.append(sized: format) }
        }
    }

    private func appendNames(to bytes: inout ByteWriter) {
        bytes.append(UInt32(metadata.symbols.count))
        bytes.append(bytes: metadata.symbols)
        bytes.append(UInt32(metadata.printkFormats.count))
        bytes.append(bytes: metadata.printkFormats)
        bytes.append(sized: metadata.commandLines)
    }

    private func appendOptions(to bytes: inout ByteWriter) {
        bytes.append(string: TraceDatFormat.Kind.options)
        for cpu in statistics {
            append(TraceDatOption.cpuStatistics, CPUStatisticsOption.content(cpu), to: &bytes)
        }
        if let stats { append(TraceDatOption.cpuStatistics, stats.option, to: &bytes) }
        if let topology = topology?.option { append(TraceDatOption.topology, topology, to: &bytes) }
        append(TraceDatOption.traceClock, [], to: &bytes)
        append(TraceDatOption.systemName, metadata.system.option, to: &bytes)
        append(TraceDatOption.writer, Array("dmflow\0".utf8), to: &bytes)
        bytes.append(TraceDatOption.done)
    }

    private func append(_ option: UInt16, _ content: [UInt8], to bytes: inout ByteWriter) {
        bytes.append(option)
        bytes.append(UInt32(content.count))
        bytes.append(bytes: content)
    }
}

extension TraceDat {
    /// Writes the header, then copies each CPU's pages to their place.
    ///
    /// - Parameter interrupted: asked between chunks; true abandons the file.
    /// - Returns: false if the disk was full before all were copied; what was is a whole file all the same.
    func write(
        to output: borrowing OutputFile, pages: [RingBufferRecording.Pages], interrupted: () -> Bool
    ) throws(CaptureError) -> Bool {
        var sizes = [Int](repeating: 0, count: (pages.map(\.cpu).max() ?? -1) + 1)
        for lane in pages { sizes[lane.cpu] = lane.size }
        var (header, extents) = layout(sizes: sizes)
        try write(header, to: output)
        var isWhole = true
        for lane in pages {
            guard isWhole else {
                sizes[lane.cpu] = 0
                continue
            }
            let copied = try move(lane, to: output, at: extents[lane.cpu].offset, interrupted: interrupted)
            isWhole = copied == lane.size
            sizes[lane.cpu] = copied
        }
        if !isWhole {
            // As long as the first, and what stands before the end stays where it is.
            (header, extents) = layout(sizes: sizes)
            try write(header, to: output)
        }
        // Readers expect the last extent to lie inside the file, even if it is empty.
        let end = off_t(extents.last.map { $0.offset + $0.size } ?? 0)
        if ftruncate(output.descriptor, max(end, off_t(header.count))) != 0 {
            throw CaptureError(.recordingFailed, path: output.path.description, errno: errno)
        }
        return isWhole
    }

    private func write(_ header: [UInt8], to output: borrowing OutputFile) throws(CaptureError) {
        _ = lseek(output.descriptor, 0, SEEK_SET)
        let code = header.withUnsafeBytes { writeAll($0, to: output.descriptor) }
        if code != 0 { throw CaptureError(.recordingFailed, path: output.path.description, errno: code) }
    }

    /// Copies the pages, and gives the space of what is copied back: a disk need not hold them twice.
    ///
    /// - Returns: bytes that were copied; fewer if the disk is full.
    private func move(
        _ lane: RingBufferRecording.Pages, to output: borrowing OutputFile, at place: UInt64, interrupted: () -> Bool
    ) throws(CaptureError) -> Int {
        if lseek(output.descriptor, off_t(place), SEEK_SET) < 0 {
            throw CaptureError(.recordingFailed, path: output.path.description, errno: errno)
        }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: pageSize)
        defer { chunk.deallocate() }
        var offset = lane.start
        while offset < lane.bytes {
            if interrupted() { throw CaptureError(.interruptedWhileWriting, path: output.path.description) }
            let wanted = min(chunk.count, lane.bytes - offset)
            let got = retrying { pread(lane.file.number, chunk.baseAddress, wanted, off_t(offset)) }
            guard let got, got > 0 else {
                throw CaptureError(.recordingFailed, path: output.path.description, errno: got == nil ? errno : EIO)
            }
            let code = writeAll(UnsafeRawBufferPointer(rebasing: chunk[..<got]), to: output.descriptor)
            if isDiskFull(code) { break }
            if code != 0 { throw CaptureError(.recordingFailed, path: output.path.description, errno: code) }
            // Some file systems cannot; then it takes the space twice.
            _ = dmflow_release(lane.file.number, off_t(offset), off_t(got))
            offset += got
        }
        return offset - lane.start
    }
}
