import CLinux
import Glibc

/// A pipe through which pages go from a ring buffer to a file.
struct PagePipe {
    private let reading: Descriptor
    private let writing: Descriptor
    private let capacity: Int

    /// - Parameter capacity: bytes that fit.
    /// - Returns: nil if there is no such pipe to be had.
    init?(capacity: Int) {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) != 0 { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reading = Descriptor(ends[0])
        writing = Descriptor(ends[1])
        self.capacity = capacity
    }

    /// Takes pages out of the source, as many as there are and fit.
    ///
    /// - Returns: bytes; 0 or nil with EAGAIN if there is no full page, nil with `errno` set after a failure.
    func fill(from source: Descriptor) -> Int? {
        retrying { dmflow_splice(source.number, writing.number, capacity) }
    }

    /// Appends what the pipe holds to the file.
    ///
    /// - Returns: the bytes that are in the file, and 0 or the errno of the call that failed.
    func empty(into file: Descriptor, bytes: Int) -> (moved: Int, failure: Int32) {
        var left = bytes
        while left > 0 {
            if let moved = retrying({ dmflow_splice(reading.number, file.number, left) }) {
                left -= moved
            } else if errno == EINVAL {
                // Not every file system takes pages.
                let code = copy(left, into: file)
                return (code == 0 ? bytes : bytes - left, code)
            } else {
                return (bytes - left, errno)
            }
        }
        return (bytes, 0)
    }

    private func copy(_ bytes: Int, into file: Descriptor) -> Int32 {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 16)
        defer { buffer.deallocate() }
        var filled = 0
        while filled < bytes {
            guard let count = retrying({ read(reading.number, buffer.baseAddress! + filled, bytes - filled) }) else {
                return errno
            }
            filled += count
        }
        return writeAll(UnsafeRawBufferPointer(buffer), to: file.number)
    }
}
