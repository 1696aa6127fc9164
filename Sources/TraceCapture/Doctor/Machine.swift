import Decompression
import Glibc
import TraceFormat

/// Where the doctor looks, outside tracefs.
struct Machine {
    /// What stands before every path; empty but for tests, which lay out a machine in a directory.
    var root = ""
    var journals = Journal.defaultDirectory
    /// Where a trace would be written.
    var output = "."
    var user = geteuid()
    /// `6.1.0-50-amd64`
    let release: String
    /// `x86_64`
    let architecture: String
    let host: String

    init() {
        let name = SystemName.running
        self.init(release: name.release, architecture: name.machine, host: name.host)
    }

    init(release: String, architecture: String, host: String) {
        (self.release, self.architecture, self.host) = (release, architecture, host)
    }

    func bytes(_ path: String) -> [UInt8]? { try? readWholeFile(root + path) }

    /// The content without white space around it; nil if it cannot be read.
    func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self).trimmed } }

    /// The names in a directory, sorted; empty if it cannot be read.
    func names(_ directory: String) -> [String] { directoryNames(root + directory) ?? [] }

    func exists(_ path: String) -> Bool { access(root + path, F_OK) == 0 }

    /// What a symbolic link holds.
    func link(_ path: String) -> String? {
        linkTarget(root + path).map { "\($0)" }
    }

    /// The configuration that the kernel was built with: its own where it tells, else the distribution's of that release.
    func configuration() -> KernelConfiguration? {
        let own = bytes("/proc/config.gz").flatMap {
            CompressedFormat.gzip.decompress($0, limit: Self.maxConfigurationSize)
        }
        let text = own ?? bytes("/boot/config-\(release)") ?? bytes("/lib/modules/\(release)/config")
        return text.map(KernelConfiguration.init(text:))
    }

    /// Bytes, some fifty times of what it has.
    private static let maxConfigurationSize = 16 << 20

    /// Whether the kernel knows a kind of file system; nil if that cannot be told.
    func knows(fileSystem name: String) -> Bool? {
        text("/proc/filesystems").map {
            $0.lines.contains { $0.split(separator: "\t").last.map { $0 == name } ?? false }
        }
    }

    /// The first PID namespace has the same number on every kernel since 3.8; nil if it cannot be told.
    var isInFirstPIDNamespace: Bool? { link("/proc/self/ns/pid").map { $0 == "pid:[4026531836]" } }
}
