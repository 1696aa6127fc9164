import Glibc
import TraceFormat

@testable import TraceCapture

/// A directory of a test's own, removed with what is in it.
final class TemporaryDirectory {
    let path: String

    init() {
        var template = Array("/tmp/dmflow-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("cannot make a temporary directory") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { Self.removeAll(path) }

    /// Goes into directories only, never through a link: tests put links to other places here.
    private static func removeAll(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in directoryNames(path) ?? [] { removeAll("\(path)/\(name)") }
        }
        remove(path)
    }

    /// Makes a file, and the directories on the way to it.
    func write(_ name: String, _ content: String) { write(name, bytes: Array(content.utf8)) }

    func write(_ name: String, bytes: [UInt8]) {
        var parent = path
        for part in name.split(separator: "/").dropLast() {
            parent += "/\(part)"
            mkdir(parent, 0o700)
        }
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }

    func read(_ name: String) -> [UInt8]? {
        let descriptor = open("\(path)/\(name)", O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
        return pread(descriptor, &content, content.count, 0) == content.count ? content : nil
    }

    func text(_ name: String) -> String? { read(name).map { String(decoding: $0, as: UTF8.self) } }

    /// Open.
    var opened: Descriptor {
        get throws { try Descriptor(directory: RawString(path)) }
    }

    /// How many descriptors this process has of the directory and what is in it.
    var openDescriptors: Int {
        (0..<Int32(4096)).count { number in
            linkTarget("/proc/self/fd/\(number)").map { $0.bytes.starts(with: path.utf8) } ?? false
        }
    }

    /// The permission bits of a file; nil if there is none.
    func mode(_ name: String) -> mode_t? {
        var status = stat()
        return stat("\(path)/\(name)", &status) == 0 ? status.st_mode & 0o777 : nil
    }

    /// The names in it, sorted, hidden ones too.
    var names: [String] { directoryNames(path) ?? [] }
}

/// A file of Fixtures/.
func fixture(_ name: String, file: String = #filePath) -> [UInt8] {
    let directory = file[..<file.lastIndex(of: "/")!]
    guard let content = try? readWholeFile("\(directory)/Fixtures/\(name)"), !content.isEmpty else {
        fatalError("fixture \(name) is missing")
    }
    return content
}
