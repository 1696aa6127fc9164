/// A ring buffer in a trace.dat: the top-level one, or that of an instance.
struct TraceBuffer: Equatable, Sendable {
    /// The instance's name; empty for the top-level buffer.
    let name: String
    /// Name of the trace clock; nil if the recorder did not store it.
    var clock: String?
    /// Bytes of a page (sub-buffer).
    let pageSize: Int
    /// The CPUs with data, in the order of their numbers, each once.
    let cpus: [CPUData]
}

/// Where the pages of one CPU stand.
struct CPUData: Equatable, Sendable {
    let cpu: Int
    /// Where in the file they begin, and their bytes there.
    let offset: Int
    let size: Int
    let compression: Compression
}

extension TraceBuffer {
    /// More buffers, and CPUs of all of them, than any recorder has: each takes memory while it is read.
    static let maxInFile = 256
    private static let maxCPUs = 8192
    /// A page of each CPU is in memory, and its events, which take a few times as much.
    private static let maxPageBytes = 64 << 20

    /// Holds all buffers against the file: parts that lie over each other would make a small file a large trace.
    static func check(_ buffers: [TraceBuffer], in file: InputFile) throws(TraceError) {
        let cpus = buffers.flatMap(\.cpus)
        guard buffers.count <= maxInFile, cpus.count <= maxCPUs else {
            throw .damaged(file, "a claim of \(cpus.count) CPUs with data in \(buffers.count) buffers")
        }
        let pages = buffers.reduce(0) { $0 + $1.cpus.count * $1.pageSize }
        guard pages <= maxPageBytes else {
            throw TraceError(
                .unsupported, path: file.path,
                "\(cpus.count) CPUs with pages of \(pages / cpus.count) bytes are too many",
                remedy: "record with smaller sub-buffers")
        }
        var left = file.size
        for cpu in cpus {
            guard cpu.size <= left else { throw .damaged(file, "its CPUs' data would have more bytes than the file") }
            left -= cpu.size
        }
    }

    static func pageSize(_ claim: UInt32, _ file: InputFile) throws(TraceError) -> Int {
        guard claim >= 512, claim <= 1 << 20, claim & (claim - 1) == 0 else {
            throw .damaged(file, "a page size of \(claim)")
        }
        return Int(claim)
    }
}

extension CPUData {
    /// Holds a claim against the file.
    ///
    /// - Returns: nil if the CPU has no data.
    init?(
        cpu: Int, offset: UInt64, size: UInt64, _ compression: Compression, in file: InputFile
    ) throws(TraceError) {
        guard cpu <= Limits.cpu else { throw .damaged(file, "a claim of a CPU \(cpu)") }
        if size == 0 { return nil }
        guard offset <= UInt64(file.size), size <= UInt64(file.size) - offset else {
            throw .damaged(file, "the data of CPU \(cpu) would end behind the end of the file")
        }
        self.init(cpu: cpu, offset: Int(offset), size: Int(size), compression: compression)
    }
}
