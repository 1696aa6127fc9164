import CZlib
import CZstd

/// How an image's sections and pages are compressed.
public enum Decompression: String, Sendable, CaseIterable {
    case none, zlib, zstd

    public func pack(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .none: return bytes
        case .zlib:
            var count = compressBound(uLong(bytes.count))
            var compressed = [UInt8](repeating: 0, count: Int(count))
            precondition(compress(&compressed, &count, bytes, uLong(bytes.count)) == Z_OK)
            return Array(compressed.prefix(Int(count)))
        case .zstd:
            var compressed = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
            let count = ZSTD_compress(&compressed, compressed.count, bytes, bytes.count, 3)
            return Array(compressed.prefix(count))
        }
    }
}

extension TraceDatImage {
    /// The image as trace-cmd writes version 7: sections, then options in two parts, the second with the buffers.
    ///
    /// - Parameters:
    ///   - pagesPerChunk: so many pages are compressed together.
    ///   - hasTop: whether the top-level buffer is there, which recorders leave out if it is empty.
    ///   - pageSizes: whether buffers tell their page size, as recorders do and the manual page does not.
    public func version7(
        _ packing: Decompression = .none, pagesPerChunk: Int = 3, hasTop: Bool = true, pageSizes: Bool = true
    ) -> [UInt8] {
        var file = preamble(version: 7) + Array("\(packing.rawValue)\0001.0\0".utf8)
        let optionsPlace = file.count
        file += little(UInt64(0))
        var first = options.flatMap { option($0.id, $0.content) }
        for (id, content) in [
            (16, headerInfo), (17, ftraceEvents), (18, eventSystems), (19, kallsyms), (21, savedCommandLines),
        ] as [(UInt16, [UInt8])] {
            first += option(id, little(UInt64(file.count)))
            file += section(id, compressed(content, packing), isCompressed: packing != .none)
        }
        file.replaceSubrange(optionsPlace..<(optionsPlace + 8), with: little(UInt64(file.count)))
        let nextPlace = file.count + 16 + first.count + 6
        file += section(0, first + option(0, little(UInt64(0))), isCompressed: false)

        var second: [UInt8] = []
        for buffer in (hasTop ? [(name: "", pages: pages)] : []) + instances {
            second += append(buffer, packing, pagesPerChunk, pageSizes, to: &file)
        }
        file.replaceSubrange(nextPlace..<(nextPlace + 8), with: little(UInt64(file.count)))
        return file + section(0, second + option(0, little(UInt64(0))), isCompressed: false)
    }

    /// A section of one's own choice.
    public func section(_ id: UInt16, _ content: [UInt8], isCompressed: Bool) -> [UInt8] {
        little(id) + little(UInt16(isCompressed ? 1 : 0)) + little(UInt32(0)) + little(UInt64(content.count)) + content
    }

    private func compressed(_ content: [UInt8], _ packing: Decompression) -> [UInt8] {
        if packing == .none { return content }
        let compressed = packing.pack(content)
        return little(UInt32(compressed.count)) + little(UInt32(content.count)) + compressed
    }

    /// Appends a buffer's section and returns the option that tells of it.
    private func append(
        _ buffer: (name: String, pages: [[UInt8]]), _ packing: Decompression, _ pagesPerChunk: Int, _ pageSizes: Bool,
        to file: inout [UInt8]
    ) -> [UInt8] {
        let place = file.count
        file += section(3, [], isCompressed: packing != .none)
        var table: [UInt8] = []
        for (cpu, pages) in buffer.pages.enumerated() where !pages.isEmpty {
            file += [UInt8](repeating: 0, count: aligned(file.count) - file.count)
            let data = packing == .none ? pages : chunks(pages, packing, pagesPerChunk)
            // Recorders do not count the number of chunks in front.
            let size = packing == .none ? data.count : data.count - 4
            table += little(UInt32(cpu)) + little(UInt64(file.count)) + little(UInt64(size))
            file += data
        }
        let names = Array("\(buffer.name)\0mono\0".utf8)
        return option(
            3,
            little(UInt64(place)) + names + (pageSizes ? little(UInt32(pageSize)) : [])
                + little(UInt32(table.count / 20)) + table)
    }

    private func chunks(_ pages: [UInt8], _ packing: Decompression, _ pagesPerChunk: Int) -> [UInt8] {
        let size = pagesPerChunk * pageSize
        let starts = Array(stride(from: 0, to: pages.count, by: size))
        return little(UInt32(starts.count))
            + starts.flatMap { compressed(Array(pages[$0..<min($0 + size, pages.count)]), packing) }
    }
}
