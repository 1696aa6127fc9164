import Glibc

/// The control files of one tracing directory, addressed by their names below it (`per_cpu/cpu0/stats`).
///
/// `Tracefs` is the kernel's; tests put their own in its place, which answers as a kernel would and fails on demand.
protocol TracingFiles {
    /// Where the files are; for messages.
    var directory: String { get }

    func exists(_ file: String) -> Bool

    /// The file's whole content; may be empty.
    func readBytes(_ file: String) throws(CaptureError) -> [UInt8]

    /// Replaces the file's content in one write, as control files expect.
    func write(_ file: String, _ value: String) throws(CaptureError)

    /// Adds a line to a list file and keeps what it has.
    func append(_ file: String, _ line: String) throws(CaptureError)

    /// Empties a list file, then adds the entries one write each: the kernel takes one word per write.
    ///
    /// - Parameter isDecisive: whether no more entries are tried once this one is refused: a refusal may take the kernel long.
    /// - Returns: the entries that the kernel refused, with the errno.
    func writeList(
        _ file: String, _ entries: [String], stopAtRefusal isDecisive: (String) -> Bool
    ) throws(CaptureError) -> [RefusedEntry]

    /// The names in a directory, sorted; without `.` and `..`.
    func list(_ directory: String) throws(CaptureError) -> [String]

    /// Opens a file for reading that does not block. The caller closes it.
    func openRaw(_ file: String) throws(CaptureError) -> Int32

    /// Makes a directory, which in `instances` makes an instance.
    func makeDirectory(_ name: String) throws(CaptureError)

    /// Removes a directory, and the instance that it is, with its tracer and ring buffer.
    func removeDirectory(_ name: String) throws(CaptureError)
}

/// A list entry that the kernel did not take.
struct RefusedEntry: Equatable {
    let entry: String
    let errno: Int32
    /// What the kernel says of it.
    var explanation: String?

    /// Why, in a few words.
    var reason: String { explanation ?? String(cString: strerror(errno)) }
}

extension TracingFiles {
    /// The content as text, without the white space around it.
    func read(_ file: String) throws(CaptureError) -> String {
        String(decoding: try readBytes(file), as: UTF8.self).trimmed
    }

    /// The same, with all entries tried.
    func writeList(_ file: String, _ entries: [String]) throws(CaptureError) -> [RefusedEntry] {
        try writeList(file, entries, stopAtRefusal: { _ in false })
    }

    func path(_ file: String) -> String { "\(directory)/\(file)" }

    /// Turns recording into the ring buffer on or off.
    func setTracing(on: Bool) throws(CaptureError) { try write("tracing_on", on ? "1" : "0") }

    /// Opens a CPU's raw ring buffer. The caller closes it.
    func openRawPipe(cpu: Int) throws(CaptureError) -> Int32 { try openRaw("per_cpu/cpu\(cpu)/trace_pipe_raw") }

    /// The CPUs that have a ring buffer, in ascending order. Numbers may have gaps.
    func cpus() throws(CaptureError) -> [Int] {
        let cpus = try list("per_cpu").compactMap { name in
            name.hasPrefix("cpu") ? Int(name.dropFirst(3)) : nil
        }
        if cpus.isEmpty { throw CaptureError(.noRingBuffer, path: path("per_cpu")) }
        return cpus.sorted()
    }

    /// Bytes of a ring-buffer page as the kernel hands it out: a memory page, or a sub-buffer where those can be set.
    func ringBufferPageSize(memoryPage: Int) throws(CaptureError) -> Int {
        guard exists("buffer_subbuf_size_kb"), let kilobytes = Int(try read("buffer_subbuf_size_kb")) else {
            return memoryPage
        }
        return kilobytes * 1024
    }
}

extension StringProtocol {
    /// The text without white space and line ends at either side.
    package var trimmed: String {
        let start = drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }

    /// The lines, without their ends; empty lines are left out.
    var lines: [SubSequence] { split(whereSeparator: \.isNewline) }
}
