import Glibc
import TraceFormat

/// The bytes of an ELF file of either width and byte order, read where they are asked for.
///
/// The file is somebody else's: what its headers claim is held against its size before memory is taken. It is read, not mapped:
/// a mapped file that shrinks ends the process.
struct ElfBytes {
    /// The most that a table may hold, in bytes. The symbols of the largest programs fit.
    static let maxTable: UInt64 = 64 << 20

    let path: String
    /// Bytes.
    let size: UInt64
    let is64Bit: Bool
    private let isBigEndian: Bool
    private let file: Descriptor

    /// - Parameters:
    ///   - file: a regular file, open for reading.
    ///   - path: for messages.
    /// - Throws: `.elfNotUsable`, `.readFailed`.
    init(_ file: Descriptor, path: String) throws(CaptureError) {
        var status = stat()
        if fstat(file.number, &status) != 0 { throw CaptureError(.readFailed, path: path, errno: errno) }
        self.file = file
        self.path = path
        size = UInt64(clamping: status.st_size)
        let mark = size < 7 ? [] : try Self.read(file, path, at: 0, count: 7)
        guard mark.starts(with: [0x7f, 0x45, 0x4c, 0x46]), (1...2).contains(mark[4]), (1...2).contains(mark[5]) else {
            throw CaptureError(.elfNotUsable("it is no ELF file"), path: path)
        }
        is64Bit = mark[4] == 2
        isBigEndian = mark[5] == 2
    }

    /// A table of `count` entries of `entrySize` bytes.
    ///
    /// - Parameters:
    ///   - name: for messages.
    ///   - least: the bytes that each entry must have.
    /// - Throws: `.elfNotUsable` if it is not all in the file, or too long; `.readFailed`.
    func table(
        _ name: String, at offset: UInt64, count: UInt64, entrySize: UInt64, least: UInt64
    ) throws(CaptureError) -> ElfTable {
        guard entrySize >= least else { throw CaptureError(.elfNotUsable("\(name) has short entries"), path: path) }
        let (length, overflow) = count.multipliedReportingOverflow(by: entrySize)
        guard !overflow, length <= Self.maxTable else {
            throw CaptureError(.elfNotUsable("\(name) is longer than \(Self.maxTable >> 20) MiB"), path: path)
        }
        guard offset <= size, length <= size - offset else {
            throw CaptureError(.elfNotUsable("\(name) reaches beyond the end"), path: path)
        }
        let bytes = try Self.read(file, path, at: offset, count: Int(length))
        return ElfTable(bytes: bytes, entrySize: Int(entrySize), is64Bit: is64Bit, isBigEndian: isBigEndian)
    }

    private static func read(
        _ file: Descriptor, _ path: String, at offset: UInt64, count: Int
    ) throws(CaptureError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let length = bytes.withUnsafeMutableBytes { buffer in
                retrying { pread(file.number, buffer.baseAddress! + done, count - done, off_t(offset) + off_t(done)) }
            }
            guard let length else { throw CaptureError(.readFailed, path: path, errno: errno) }
            if length == 0 { throw CaptureError(.elfNotUsable("it became shorter"), path: path) }
            done += length
        }
        return bytes
    }
}

/// A table of an ELF file: entries of equal length, whose numbers are in the file's byte order.
struct ElfTable {
    let bytes: [UInt8]
    /// Bytes.
    let entrySize: Int
    let is64Bit: Bool
    let isBigEndian: Bool

    var count: Int { bytes.count / entrySize }

    /// The number at `offset` bytes into an entry.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type, _ entry: Int, at offset: Int) -> Number {
        // A table has whole entries, each with all the fields that are asked for.
        bytes.span.bytes.number(at: entry * entrySize + offset, as: Number.self, isBigEndian: isBigEndian)!
    }

    /// The same as a half-word or word, whose place depends on the width of the file.
    func half(_ entry: Int, _ wide: Int, _ narrow: Int) -> UInt16 {
        number(UInt16.self, entry, at: is64Bit ? wide : narrow)
    }

    func word(_ entry: Int, _ wide: Int, _ narrow: Int) -> UInt32 {
        number(UInt32.self, entry, at: is64Bit ? wide : narrow)
    }

    /// An address, offset or size: as wide as the file.
    func long(_ entry: Int, _ wide: Int, _ narrow: Int) -> UInt64 {
        is64Bit ? number(UInt64.self, entry, at: wide) : UInt64(number(UInt32.self, entry, at: narrow))
    }
}
