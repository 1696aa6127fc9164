import Glibc

/// A file as the kernel tells files apart, whatever name it has where.
struct FileIdentity: Hashable, Sendable {
    /// As `major:minor` in hexadecimal digits.
    let device: String
    let inode: UInt64
}

/// A part of a process's address space: a line of /proc/PID/maps.
struct Mapping: Equatable, Sendable {
    /// The most that is read of the list, in bytes: a process may have 65,530 mappings.
    private static let maxListSize = 16 << 20

    let addresses: Range<UInt64>
    let isExecutable: Bool
    /// Where in the file it begins, in bytes.
    let fileOffset: UInt64
    /// Nil for memory without a file.
    let file: FileIdentity?
    /// As the kernel shows it: as seen from the process's own root, with line ends as `\012` and ` (deleted)` behind.
    let path: String

    /// All mappings of a process, in the order of their addresses. None if it is ending.
    ///
    /// - Throws: `.readFailed`.
    static func all(of pid: Int32, proc: String) throws(CaptureError) -> [Mapping] {
        try readWholeFile("\(proc)/\(pid)/maps", atMost: maxListSize).split(separator: UInt8(ascii: "\n"))
            .compactMap { Mapping(line: String(decoding: $0, as: UTF8.self)) }
    }

    /// Reads `start-end perms offset device inode path`. Nil for a line of another form.
    init?(line: String) {
        let fields = line.split(separator: " ", maxSplits: 5)
        guard fields.count >= 5, fields[1].count == 4 else { return nil }
        let bounds = fields[0].split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2, let start = UInt64(bounds[0], radix: 16), let end = UInt64(bounds[1], radix: 16),
            start < end, let fileOffset = UInt64(fields[2], radix: 16), let inode = UInt64(fields[4])
        else { return nil }
        addresses = start..<end
        isExecutable = fields[1].dropFirst(2).first == "x"
        self.fileOffset = fileOffset
        file = inode == 0 ? nil : FileIdentity(device: String(fields[3]), inode: inode)
        path = fields.count == 6 ? String(fields[5].drop { $0 == " " }) : ""
    }

    /// Where in the address space a place in the file is; nil if it is not in this mapping.
    func address(ofFileOffset offset: UInt64) -> UInt64? {
        guard offset >= fileOffset, offset - fileOffset < addresses.upperBound - addresses.lowerBound else {
            return nil
        }
        return addresses.lowerBound + (offset - fileOffset)
    }
}
