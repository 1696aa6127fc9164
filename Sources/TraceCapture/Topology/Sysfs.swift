import Glibc
import TraceFormat

/// Attributes of sysfs, which the kernel answers from memory: none of those that are asked for here sends a command to a device.
struct Sysfs {
    /// What stands before every path; empty but for tests, which lay out a machine in a directory.
    var root = ""

    private static let maxSize = 1024

    /// The printable content without white space around it; nil if there is none, or the kernel knows none.
    func text(_ path: String) -> String? {
        guard let descriptor = retrying({ open(root + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }) else { return nil }
        defer { close(descriptor) }
        let content = [UInt8](unsafeUninitializedCapacity: Self.maxSize) { bytes, count in
            count = max(0, retrying { read(descriptor, bytes.baseAddress, bytes.count) } ?? 0)
        }
        let text = printable(String(decoding: content, as: UTF8.self).trimmed)
        return text.isEmpty || text == "(null)" ? nil : text
    }

    func number(_ path: String) -> Int? { text(path).flatMap { Int($0) } }

    /// `off`, or seconds; what is negative stands for no end.
    func timeout(_ path: String) -> Timeout? {
        guard let text = text(path) else { return nil }
        if text == "off" { return .off }
        return Int(text).map { $0 < 0 || $0 >= Int(UInt32.max) ? .off : .seconds($0) }
    }

    /// The names in a directory that begin so, sorted.
    func names(_ directory: String, prefix: String) -> [String] {
        (directoryNames(root + directory) ?? []).filter { $0.hasPrefix(prefix) }
    }

    /// Where a path leads without links; nil if nowhere.
    func resolved(_ path: String) -> String? {
        guard let real = realpath(root + path, nil) else { return nil }
        defer { free(real) }
        let text = String(cString: real)
        return text.hasPrefix(root) ? String(text.dropFirst(root.count)) : nil
    }
}
