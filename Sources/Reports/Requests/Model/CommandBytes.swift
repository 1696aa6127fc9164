/// What the bytes of a SCSI command say (SBC-4).
enum CommandBytes {
    /// The first block of a read, write and the like; nil for other commands, and where bytes are missing.
    static func block(_ bytes: [UInt8]) -> UInt64? {
        guard let code = bytes.first else { return nil }
        switch code {
        case 0x08, 0x0a: return number(bytes, 1..<4).map { $0 & 0x1f_ffff }
        case 0x28, 0x2a, 0x2e, 0x2f, 0x35, 0x41, 0xa8, 0xaa: return number(bytes, 2..<6)
        case 0x88, 0x8a, 0x8e, 0x8f, 0x91, 0x93, 0x9c: return number(bytes, 2..<10)
        default: return nil
        }
    }

    private static func number(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64? {
        guard range.upperBound <= bytes.count else { return nil }
        return bytes[range].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
