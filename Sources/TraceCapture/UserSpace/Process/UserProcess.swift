import Glibc

/// A process and the files whose code it has mapped.
struct UserProcess: Sendable {
    let pid: Int32
    /// Where proc is mounted.
    let proc: String
    let files: [MappedFile]

    /// - Throws: `.readFailed`.
    init(_ pid: Int32, proc: String = "/proc") throws(CaptureError) {
        self.pid = pid
        self.proc = proc
        files = MappedFile.all(in: try Mapping.all(of: pid, proc: proc), of: pid, proc: proc)
    }

    /// The processes that run a program of this base name, in the order of their numbers; also when its file was replaced.
    /// One that ends meanwhile is left out.
    ///
    /// - Throws: `.readFailed`.
    static func running(_ name: String, proc: String = "/proc") throws(CaptureError) -> [UserProcess] {
        guard let entries = directoryNames(proc) else { throw CaptureError(.readFailed, path: proc, errno: errno) }
        var processes: [UserProcess] = []
        for pid in entries.compactMap({ Int32($0) }).sorted() {
            guard let path = linkTarget("\(proc)/\(pid)/exe")?.description, MappedFile.baseName(ofPath: path) == name
            else {
                continue
            }
            do throws(CaptureError) {
                processes.append(try UserProcess(pid, proc: proc))
            } catch  where error.errno == ENOENT || error.errno == ESRCH {
                continue
            }
        }
        return processes
    }

    /// The numbers of its threads, in ascending order; none if it has ended.
    var threads: [Int32] { (directoryNames("\(proc)/\(pid)/task") ?? []).compactMap { Int32($0) }.sorted() }
}
