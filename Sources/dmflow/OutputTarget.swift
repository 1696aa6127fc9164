import Glibc
import TraceCapture
import TraceFormat

/// Where an output goes.
protocol OutputTarget: AnyObject {
    /// Whether whoever reads it may be waiting at a terminal, which shows each piece as it comes.
    var isTerminal: Bool { get }

    /// - Throws: ``ReaderGone`` if nobody reads it any more, ``Failure`` if it cannot be written, such as on a full disk.
    func write(_ bytes: [UInt8]) throws

    /// All has been written.
    func finish() throws
}

/// Standard output.
final class StandardOutput: OutputTarget {
    var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    func write(_ bytes: [UInt8]) throws { try emit(bytes) }
    func finish() {}
}

/// A file, which appears under its name when all has been written; until then what has the name is as it was.
final class ResultFile: OutputTarget {
    let isTerminal = false
    /// As it was asked for.
    let path: String
    private var file: OutputFile
    /// What goes if a signal ends dmflow.
    private let unfinished: Int

    /// - Parameters:
    ///   - file: its path.
    ///   - name: what messages call it, where that is not its path.
    /// - Throws: ``Failure`` if the directory cannot be written to.
    init(_ file: String, called name: String? = nil) throws {
        path = name ?? file
        // The name itself is not needed before the end.
        var status = stat()
        if RawString(file).withCString({ lstat($0, &status) }) != 0, errno == ENAMETOOLONG {
            throw Failure(message: "\(path): cannot be written: \(reason(ENAMETOOLONG)); choose a shorter one")
        }
        do { self.file = try OutputFile(path: RawString(file), mode: 0o666) } catch {
            if case .outputNotAFile = error.problem {
                throw Failure(message: "\(path): exists and is not a regular file; choose another name")
            }
            throw Failure(
                message: "\(path): cannot be written: \(reason(error.errno)); check the directory, or choose another")
        }
        unfinished = Interruption.removes(self.file.temporaryName, in: self.file.openDirectory)
    }

    deinit { Interruption.keep(unfinished) }

    /// Two names of one file are equal.
    var place: OutputFile.Place { file.place }

    func write(_ bytes: [UInt8]) throws {
        let code = writeFully(bytes, to: file.descriptor)
        if code != 0 { throw refused(code) }
    }

    func finish() throws {
        do {
            guard case .link = try file.commit() else { return }
            printError("\(path): the link that was there is replaced by the file; what it pointed to is as it was")
        } catch { throw refused(error.errno) }
    }

    private func refused(_ code: Int32) -> Failure {
        let remedy =
            [ENOSPC, EDQUOT, EFBIG].contains(code)
            ? "free space there, or choose another place" : "choose another place"
        return Failure(message: "\(path): \(reason(code)); \(remedy); it was not written")
    }
}

/// A pipe, a terminal or another device with a name: written to as it stands.
final class NamedDevice: OutputTarget {
    private let path: String
    private let descriptor: Int32

    /// - Throws: ``Failure`` if it cannot be opened.
    init(_ path: String) throws {
        self.path = path
        let number = RawString(path).withCString { path in open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY) }
        guard number >= 0 else {
            throw Failure(message: "\(path): cannot be written: \(reason(errno)); check the path, or choose another")
        }
        descriptor = number
    }

    deinit { close(descriptor) }

    var isTerminal: Bool { isatty(descriptor) == 1 }

    func write(_ bytes: [UInt8]) throws {
        let code = writeFully(bytes, to: descriptor)
        if code == EPIPE { throw ReaderGone() }
        if code != 0 { throw Failure(message: "\(path): \(reason(code)); what was written is not all of it") }
    }

    func finish() {}

    /// Whether a name stands for something that is neither file nor directory, and was put there by somebody who may: whoever else
    /// can write to a directory can put a link to a disk there.
    static func isOne(_ path: String) -> Bool {
        var status = stat()
        let (directory, _) = RawString(path).parts
        guard RawString(path).withCString({ stat($0, &status) }) == 0,
            ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT),
            (directory.bytes.isEmpty ? "." : directory).withCString({ stat($0, &status) }) == 0
        else { return false }
        return [0, geteuid()].contains(status.st_uid) && status.st_mode & (S_IWGRP | S_IWOTH) == 0
    }
}

/// - Returns: 0, or the errno of the call that failed.
private func writeFully(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
}

private func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
