import CLinux
import Glibc

/// A place where the kernel's tracing files are.
struct TracefsMount: Equatable {
    let directory: String

    /// `TRACEFS_MAGIC` and `DEBUGFS_MAGIC` of linux/magic.h; the latter has `tracing` below it before Linux 4.1.
    private static let magics = [0x7472_6163, 0x6462_6720]

    /// The places among the mounts of /proc/self/mounts, which must be the kernel's by what the kernel says of them: tracefs
    /// itself first, or else `tracing` below debugfs.
    ///
    /// - Parameter magic: the number of the file system that is at a path; −1 if there is none.
    static func all(
        in mounts: String, magic: (String) -> Int = { dmflow_filesystem($0) }
    ) -> [TracefsMount] {
        candidates(in: mounts).filter { magics.contains(magic($0)) }.map(TracefsMount.init)
    }

    /// The same without a look at the places.
    static func candidates(in mounts: String) -> [String] {
        let mounts = mounts.lines.map { $0.split(separator: " ") }.filter { $0.count > 2 }
        return mounts.filter { $0[2] == "tracefs" }.map { unescaped($0[1]) }
            + mounts.filter { $0[2] == "debugfs" }.map { unescaped($0[1]) + "/tracing" }
    }

    /// The one of this machine.
    ///
    /// - Parameter preferred: taken if it is one of them: where a capture had changed something. All show the same.
    /// - Throws: `.tracefsNotMounted`; `.tracefsReadOnly` if none can be written to.
    static func writable(preferring preferred: String) throws(CaptureError) -> TracefsMount {
        let all = all(in: String(decoding: try readWholeFile("/proc/self/mounts"), as: UTF8.self))
        return try choose(among: all, preferring: preferred, isReadOnly: \.isReadOnly)
    }

    static func choose(
        among all: [TracefsMount], preferring preferred: String, isReadOnly: (TracefsMount) -> Bool
    ) throws(CaptureError) -> TracefsMount {
        guard let first = all.first else { throw CaptureError(.tracefsNotMounted) }
        let writable = all.filter { !isReadOnly($0) }
        if let found = writable.first(where: { $0.directory == preferred }) ?? writable.first { return found }
        throw CaptureError(.tracefsReadOnly, path: first.directory)
    }

    var isReadOnly: Bool {
        var status = statvfs()
        return statvfs(directory, &status) == 0 && status.f_flag & UInt(ST_RDONLY) != 0
    }

    /// Mount points hold blanks, tabs, line ends and backslashes as `\040`, `\011`, `\012` and `\134`.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest.removeFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
