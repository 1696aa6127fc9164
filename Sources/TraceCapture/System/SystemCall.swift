import Glibc
import TraceFormat

/// Runs a system call that reports failure as −1, again as long as a signal interrupts it.
///
/// - Returns: the call's result, or nil with `errno` set.
func retrying<Result: FixedWidthInteger>(_ call: () -> Result) -> Result? {
    while true {
        let result = call()
        if result != -1 { return result }
        if errno != EINTR { return nil }
    }
}

/// Writes all the bytes, however many calls that takes.
///
/// - Returns: 0, or the errno of the call that failed.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var rest = bytes
    while !rest.isEmpty {
        guard let written = retrying({ write(descriptor, rest.baseAddress, rest.count) }) else { return errno }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
    }
    return 0
}

/// Whether an errno says that there is no room for more.
func isDiskFull(_ code: Int32) -> Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

/// The content of a file outside tracefs, such as /proc/kallsyms, whose size is not known beforehand.
///
/// - Parameter limit: the most bytes that it may have.
func readWholeFile(_ path: String, atMost limit: Int = .max) throws(CaptureError) -> [UInt8] {
    guard let descriptor = retrying({ open(path, O_RDONLY | O_CLOEXEC) }) else {
        throw CaptureError(.readFailed, path: path, errno: errno)
    }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 256 * 1024)
    while true {
        guard let count = retrying({ read(descriptor, &chunk, chunk.count) }) else {
            throw CaptureError(.readFailed, path: path, errno: errno)
        }
        if count == 0 { return content }
        if count > limit - content.count { throw CaptureError(.readFailed, path: path, errno: EFBIG) }
        content.append(contentsOf: chunk[..<count])
    }
}

/// What a symbolic link says; nil with `errno` set if it is none or says nothing.
///
/// - Parameter directory: a descriptor that the path is relative to; with an empty path, of the link itself.
func linkTarget(_ path: UnsafePointer<CChar>, in directory: Int32 = AT_FDCWD) -> RawString? {
    var target = [UInt8](repeating: 0, count: Int(PATH_MAX) + 1)
    let length = target.withUnsafeMutableBytes { buffer in
        readlinkat(directory, path, buffer.baseAddress!.assumingMemoryBound(to: CChar.self), buffer.count)
    }
    return length > 0 ? RawString(bytes: target[..<length]) : nil
}

/// The names in a directory, sorted, hidden ones too; without `.` and `..`.
///
/// - Returns: nil with `errno` set if it cannot be opened.
func directoryNames(_ path: String) -> [String]? {
    guard let stream = opendir(path) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
}

/// The monotonic clock, in nanoseconds.
package func monotonicNanoseconds() -> UInt64 { nanoseconds(CLOCK_MONOTONIC) }

/// The time of day, in nanoseconds since 1970.
func realTimeNanoseconds() -> UInt64 { nanoseconds(CLOCK_REALTIME) }

/// Any clock of the system's.
func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var now = timespec()
    clock_gettime(clock, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}

/// CPU time that this process has taken, in nanoseconds.
package func processCPUNanoseconds() -> UInt64 {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
        $0 + UInt64($1.tv_sec) * 1_000_000_000 + UInt64($1.tv_usec) * 1000
    }
}
