import Glibc
import TraceFormat

/// Opens a regular file for reading by its path in another root directory, such as a container's.
///
/// The kernel would follow links there from *our* root, and openat2(2), which would not, came with Linux 5.6. So links are
/// followed here, each name by itself, as a process in that root would.
///
/// - Returns: nil if there is no such file, or it may not be read.
func openFile(_ path: String, inRoot root: String) -> Descriptor? {
    guard let top = retrying({ open(root, pathOnly | O_DIRECTORY | O_CLOEXEC) }) else { return nil }
    var way = [Descriptor(top)]
    /// The names to come, the next one last.
    var names = components(RawString(path))
    var links = 0
    while let name = names.popLast() {
        if name == ".." {
            if way.count > 1 { way.removeLast() }
            continue
        }
        guard
            let number = name.withCString({ name in
                retrying { openat(way.last!.number, name, pathOnly | O_NOFOLLOW | O_CLOEXEC) }
            })
        else {
            return nil
        }
        let place = Descriptor(number)
        guard fileType(number) == S_IFLNK else {
            way.append(place)
            continue
        }
        links += 1
        // As many as the kernel follows.
        guard links <= 40, let target = linkTarget("", in: number) else { return nil }
        if target.bytes.first == UInt8(ascii: "/") { way.removeLast(way.count - 1) }
        names += components(target)
    }
    // What is no regular file may wait for somebody when it is opened.
    guard let found = way.last, fileType(found.number) == S_IFREG,
        let number = retrying({ open("/proc/self/fd/\(found.number)", O_RDONLY | O_CLOEXEC) })
    else { return nil }
    return Descriptor(number)
}

private func components(_ path: RawString) -> [RawString] {
    path.bytes.split(separator: UInt8(ascii: "/")).map(RawString.init(bytes:)).filter { $0 != "." }.reversed()
}

private func fileType(_ descriptor: Int32) -> mode_t? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : nil
}
