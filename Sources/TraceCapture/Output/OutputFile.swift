import CLinux
import Glibc
package import TraceFormat

/// A file that appears under its name only when it is whole.
///
/// Until `commit()` it has a temporary name in the same directory, which is removed if that is never reached. It is
/// created before tracing begins, so that a place that cannot be written to is found before the machine is touched.
///
/// Others may be able to write to the directory. So the directory is held open, and what has the name in it is replaced itself: a
/// link there may be somebody's who wants another file replaced.
package struct OutputFile: ~Copyable {
    /// What had the name until then.
    package enum Replaced: Equatable {
        case file
        /// What it pointed to is as it was.
        case link(to: RawString)

        func description(_ path: RawString) -> String {
            switch self {
            case .file: "\(path): the file that was there is replaced"
            case .link(let target):
                "\(path): the link that was there is replaced; \(target), which it pointed to, is as it was"
            }
        }
    }

    /// A file in its directory, whatever path leads there.
    package struct Place: Hashable {
        fileprivate let device: dev_t
        fileprivate let directory: ino_t
        fileprivate let name: RawString
    }

    package let descriptor: Int32
    /// As it was asked for.
    let path: RawString
    let directory: Descriptor
    private let name: RawString
    /// What it is called in its directory until it is whole, if it is called anything.
    package let temporaryName: RawString
    /// False while the file has no name at all, not even the temporary one.
    private let isNamed: Bool
    private var committed = false

    /// A file that leaves nothing behind where the process is killed, if the file system has files without a name.
    ///
    /// - Parameter mode: its permissions, as far as the process's mask lets them be.
    /// - Throws: `.outputNotAFile` for a directory or device, also behind a link; `.outputNotWritable`.
    package init(path: RawString, mode: UInt32) throws(CaptureError) {
        try self.init(path: path, mode: mode, isUnnamed: true) { _ throws(CaptureError) in }
    }

    /// A file for its owner only: a trace tells what every process on the machine did.
    ///
    /// - Parameter announce: gets the temporary path, from the root on, before there is such a file; what it throws is thrown on.
    /// - Throws: `.outputNotAFile` for a directory or device, also behind a link; `.outputNotWritable`.
    init(path: RawString, announce: (RawString) throws(CaptureError) -> Void = { _ in }) throws(CaptureError) {
        try self.init(path: path, mode: 0o600, isUnnamed: false, announce: announce)
    }

    private init(
        path: RawString, mode: mode_t, isUnnamed: Bool, announce: (RawString) throws(CaptureError) -> Void
    ) throws(CaptureError) {
        let (place, name) = path.parts
        if name.bytes.isEmpty || name == "." || name == ".." {
            throw CaptureError(.outputNotAFile, path: path.description)
        }
        let directory = try Descriptor(directory: place.bytes.isEmpty ? "." : place)
        guard let absolute = linkTarget("/proc/self/fd/\(directory.number)") else {
            throw CaptureError(.outputNotWritable, path: path.description, errno: errno)
        }
        guard Self.isReplaceable(name, in: directory) else {
            throw CaptureError(.outputNotAFile, path: path.description)
        }
        let temporaryName = LeftFile.temporaryName(for: name)
        try announce(RawString(bytes: absolute.bytes + Array("/".utf8) + temporaryName.bytes))
        let unnamed =
            isUnnamed
            ? retrying { openat(directory.number, ".", O_RDWR | O_CLOEXEC | dmflow_unnamed, mode) } : nil
        let created =
            unnamed
            ?? temporaryName.withCString { name in
                retrying { openat(directory.number, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode) }
            }
        guard let created else { throw CaptureError(.outputNotWritable, path: path.description, errno: errno) }
        (descriptor, isNamed) = (created, unnamed == nil)
        (self.path, self.directory, self.name, self.temporaryName) = (path, directory, name, temporaryName)
    }

    deinit {
        close(descriptor)
        if !committed { _ = temporaryName.withCString { unlinkat(directory.number, $0, 0) } }
    }

    /// Sets space aside, so that a disk that fills up meanwhile has room for it. Where the file system cannot, nothing is.
    ///
    /// - Throws: `.spaceMissing`.
    func reserve(_ bytes: Int) throws(CaptureError) {
        if retrying({ dmflow_reserve(descriptor, 0, off_t(bytes)) }) == nil, errno != EOPNOTSUPP {
            throw CaptureError(.spaceMissing(bytes: bytes), path: path.description, errno: errno)
        }
    }

    /// Makes the file somebody's. It is the open file that is given, whatever has its name by now.
    ///
    /// - Returns: 0, or the errno of the call that failed.
    func give(to owner: Account) -> Int32 {
        retrying { fchown(descriptor, owner.user, owner.group) } == nil ? errno : 0
    }

    /// The directory's descriptor, open as long as this is.
    package var openDirectory: Int32 { directory.number }

    /// Where the file is to be.
    package var place: Place {
        var status = stat()
        fstat(directory.number, &status)
        return Place(device: status.st_dev, directory: status.st_ino, name: name)
    }

    /// Makes the content durable and gives the file its name, in place of a file or link that has it already.
    ///
    /// - Returns: what had the name; nil if nothing had.
    package mutating func commit() throws(CaptureError) -> Replaced? {
        let replaced = Self.status(name, in: directory).flatMap { status in
            status.st_mode & S_IFMT == S_IFLNK
                ? .link(to: name.withCString { linkTarget($0, in: directory.number) } ?? "?") : Replaced.file
        }
        let renamed = temporaryName.withCString { from in
            name.withCString { to in
                fsync(descriptor) == 0 && (isNamed || linkTemporarily(from))
                    && renameat(directory.number, from, directory.number, to) == 0
            }
        }
        guard renamed else { throw CaptureError(.recordingFailed, path: path.description, errno: errno) }
        committed = true
        return replaced
    }

    /// A name cannot be taken from another file by linking, only by renaming.
    private func linkTemporarily(_ name: UnsafePointer<CChar>) -> Bool {
        linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", directory.number, name, AT_SYMLINK_FOLLOW) == 0
    }

    private static func status(_ name: RawString, in directory: Descriptor, followed: Bool = false) -> stat? {
        var status = stat()
        let flags = followed ? 0 : AT_SYMLINK_NOFOLLOW
        return name.withCString { fstatat(directory.number, $0, &status, flags) } == 0 ? status : nil
    }

    /// Nothing, a file, or a link to either. Not a link to one of the process's own descriptors, as /dev/stdout is: it leads to a file
    /// where output goes to one, and is still not the user's to be replaced.
    private static func isReplaceable(_ name: RawString, in directory: Descriptor) -> Bool {
        guard let itself = status(name, in: directory) else { return true }
        switch itself.st_mode & S_IFMT {
        case S_IFREG: return true
        case S_IFLNK:
            let target = name.withCString { linkTarget($0, in: directory.number) }
            if target?.bytes.starts(with: "/proc/".utf8) ?? true { return false }
            return status(name, in: directory, followed: true).map { $0.st_mode & S_IFMT == S_IFREG } ?? true
        default: return false
        }
    }
}
