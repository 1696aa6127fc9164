import CLinux
import Glibc

/// A connection to the running multipathd: commands as multipathd(8) lists them, and its answers.
///
/// The daemon answers when it has ended what it is doing, such as looking at paths that do not answer: so a connection has a
/// deadline.
final class MultipathdSocket {
    private let socket: Descriptor
    /// On the monotonic clock, in nanoseconds.
    private let deadline: UInt64

    /// Bytes of an answer; some thousand paths have a tenth of it.
    private static let maxAnswer = 4 << 20
    /// A path, and the name in the abstract namespace that older ones have.
    private static let names = ["/run/multipathd.socket", "\0/org/kernel/linux/storage/multipathd"]

    /// - Parameters:
    ///   - deadline: on the monotonic clock, in nanoseconds.
    ///   - names: where it listens; a first NUL stands for the abstract namespace.
    ///   - user: whose process may answer. Anybody can have an abstract name that nobody has.
    /// - Returns: nil if no daemon listens.
    init?(deadline: UInt64, names: [String] = names, user: uid_t = 0) {
        for name in names {
            guard let socket = Self.connected(to: name, user: user) else { continue }
            (self.socket, self.deadline) = (socket, deadline)
            return
        }
        return nil
    }

    private static func connected(to name: String, user: uid_t) -> Descriptor? {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Descriptor(Glibc.socket(AF_UNIX, kind, 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let length = name.utf8.count
        guard socket.number >= 0, length < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
        // An abstract name ends with its length, a path with a NUL.
        let size = socklen_t(MemoryLayout<sa_family_t>.size + length + (name.hasPrefix("\0") ? 0 : 1))
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket.number, $0, size) }
        }
        var peer = dmflow_peer()
        return code == 0 && dmflow_peer_of(socket.number, &peer) == 0 && peer.user == user ? socket : nil
    }

    /// - Returns: its answer; nil if there is none in time, or one that is too long.
    func answer(to command: String) -> String? {
        let text = Array(command.utf8) + [0]
        guard write(withUnsafeBytes(of: text.count) { Array($0) } + text), let head = read(MemoryLayout<Int>.size)
        else { return nil }
        let length = head.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
        guard (0...Self.maxAnswer).contains(length), let answer = read(length) else { return nil }
        return String(decoding: answer.prefix { $0 != 0 }, as: UTF8.self)
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard wait(for: POLLOUT) else { return false }
            let sent = rest.withUnsafeBytes { data in
                retrying { send(socket.number, data.baseAddress, data.count, Int32(MSG_NOSIGNAL)) }
            }
            guard let sent else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    private func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            guard wait(for: POLLIN) else { return nil }
            let got = bytes.withUnsafeMutableBytes { data in
                retrying { recv(socket.number, data.baseAddress! + filled, count - filled, 0) }
            }
            guard let got, got > 0 else { return nil }
            filled += got
        }
        return bytes
    }

    /// - Returns: false if the deadline came first.
    private func wait(for event: Int32) -> Bool {
        while true {
            let now = monotonicNanoseconds()
            guard now < deadline else { return false }
            var request = pollfd(fd: socket.number, events: Int16(event), revents: 0)
            // Signals are looked at by the capture, when this is over.
            let ready = poll(&request, 1, Int32((deadline - now) / 1_000_000) + 1)
            if ready > 0 { return true }
            if ready < 0 && errno != EINTR { return false }
        }
    }
}
