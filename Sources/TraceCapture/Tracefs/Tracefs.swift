import CTracefs
import Glibc

/// The kernel's tracing directory, through libtracefs.
///
/// The handle is bound to a directory that is already mounted. libtracefs' own search for it would *mount* tracefs
/// where it is absent, and a tracer must not change a machine merely by looking.
public final class Tracefs {
    public let directory: String
    private let instance: OpaquePointer

    /// Opens the top-level tracing directory of this machine.
    ///
    /// - Throws: `.tracefsNotMounted`.
    public convenience init() throws(CaptureError) {
        let mounts = String(decoding: try readWholeFile("/proc/self/mounts"), as: UTF8.self)
        guard let mount = TracefsMount.all(in: mounts).first else { throw CaptureError(.tracefsNotMounted) }
        try self.init(directory: mount.directory)
    }

    /// Opens the directory given, which need not be a real tracefs.
    init(directory: String) throws(CaptureError) {
        // Failures are reported once, by this module; the library would print its own line besides.
        tracefs_set_loglevel(TEP_LOG_NONE)
        guard let instance = tracefs_instance_alloc(directory, nil) else {
            throw CaptureError(.tracefsNotMounted, path: directory, errno: errno)
        }
        self.directory = directory
        self.instance = instance
    }

    deinit { tracefs_instance_free(instance) }
}

extension Tracefs: TracingFiles {
    func exists(_ file: String) -> Bool {
        tracefs_file_exists(instance, file) || tracefs_dir_exists(instance, file)
    }

    func readBytes(_ file: String) throws(CaptureError) -> [UInt8] {
        var size: Int32 = 0
        errno = 0
        guard let content = tracefs_instance_file_read(instance, file, &size) else {
            // An empty file comes back as NULL too, but without an errno.
            if errno == 0 { return [] }
            throw CaptureError(.readFailed, path: path(file), errno: errno)
        }
        defer { free(content) }
        return Array(UnsafeRawBufferPointer(start: content, count: Int(size)))
    }

    func write(_ file: String, _ value: String) throws(CaptureError) {
        if tracefs_instance_file_write(instance, file, value) < 0 {
            throw CaptureError(.writeFailed(value: value), path: path(file), errno: errno)
        }
    }

    func append(_ file: String, _ line: String) throws(CaptureError) {
        if tracefs_instance_file_append(instance, file, "\(line)\n") < 0 {
            throw CaptureError(.writeFailed(value: line), path: path(file), errno: errno)
        }
    }

    func writeList(
        _ file: String, _ entries: [String], stopAtRefusal isDecisive: (String) -> Bool
    ) throws(CaptureError) -> [RefusedEntry] {
        let flags = O_WRONLY | O_TRUNC | O_CLOEXEC
        guard let descriptor = retrying({ tracefs_instance_file_open(instance, file, flags) }) else {
            throw CaptureError(.writeFailed(value: entries.first ?? ""), path: path(file), errno: errno)
        }
        defer { close(descriptor) }
        var refused: [RefusedEntry] = []
        for entry in entries {
            let code = Array("\(entry)\n".utf8).withUnsafeBytes { writeAll($0, to: descriptor) }
            if code == 0 { continue }
            refused.append(RefusedEntry(entry: entry, errno: code))
            if isDecisive(entry) { break }
        }
        return refused
    }

    func list(_ directory: String) throws(CaptureError) -> [String] {
        guard let names = directoryNames(path(directory)) else {
            throw CaptureError(.readFailed, path: path(directory), errno: errno)
        }
        return names
    }

    func openRaw(_ file: String) throws(CaptureError) -> Int32 {
        let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC
        guard let descriptor = retrying({ tracefs_instance_file_open(instance, file, flags) }) else {
            throw CaptureError(.readFailed, path: path(file), errno: errno)
        }
        return descriptor
    }

    func makeDirectory(_ name: String) throws(CaptureError) {
        if mkdir(path(name), 0o750) != 0 { throw CaptureError(.instanceNotMade, path: path(name), errno: errno) }
    }

    func removeDirectory(_ name: String) throws(CaptureError) {
        if rmdir(path(name)) != 0 { throw CaptureError(.notRestored([name]), path: path(name), errno: errno) }
    }
}
