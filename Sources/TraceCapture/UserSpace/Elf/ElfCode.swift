/// The executable segments of an ELF file: they tell where in the file the code at an address is.
struct ElfCode: Equatable {
    private struct Range: Equatable {
        let address: UInt64
        /// Bytes.
        let size: UInt64
        let fileOffset: UInt64
    }

    /// In the order of their addresses.
    private let ranges: [Range]

    /// - Parameter fileSize: in bytes. What a segment claims beyond it is not there.
    init(_ segments: [ElfHeaders.Segment], fileSize: UInt64) {
        ranges = segments.filter { $0.kind == 1 && $0.isExecutable && $0.fileOffset < fileSize }
            .map { Range(address: $0.address, size: min($0.size, fileSize - $0.fileOffset), fileOffset: $0.fileOffset) }
            .sorted { $0.address < $1.address }
    }

    /// The offset in the file of the code at this address, in bytes: what uprobes take. Nil if there is no code.
    func fileOffset(of address: UInt64) -> UInt64? {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0, case let range = ranges[low - 1], address - range.address < range.size else { return nil }
        return range.fileOffset + (address - range.address)
    }
}
