public import Glibc
public import TraceFormat

/// A user of this machine, as the system's database has them.
public struct Account: Equatable, Sendable {
    /// The name to log in with.
    public let name: String
    /// The user's number.
    public let user: uid_t
    /// Their own group.
    public let group: gid_t
    /// All groups that they are in.
    public let groups: [gid_t]
    /// The home directory's path.
    public let home: RawString
    /// The path of the program that a login starts.
    public let shell: RawString

    /// More groups than Linux lets a process have.
    private static let maxGroups: Int32 = 65536

    /// - Parameter name: or a number.
    /// - Throws: `.unknownUser`.
    public init(named name: String) throws(CaptureError) {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 1 << 16)
        var code = getpwnam_r(name, &entry, &buffer, buffer.count, &found)
        if found == nil, let number = uid_t(name) { code = getpwuid_r(number, &entry, &buffer, buffer.count, &found) }
        // Some databases report an unknown name as an error.
        guard found != nil, let itsName = entry.pw_name else {
            throw CaptureError(.unknownUser(name), errno: [0, ENOENT, ESRCH].contains(code) ? 0 : code)
        }
        self.name = String(cString: itsName)
        (user, group) = (entry.pw_uid, entry.pw_gid)
        home = Self.text(entry.pw_dir)
        shell = Self.text(entry.pw_shell)
        var count = Self.maxGroups
        var groups = [gid_t](repeating: 0, count: Int(count))
        guard getgrouplist(itsName, group, &groups, &count) >= 0 else {
            throw CaptureError(.unknownUser(name), errno: E2BIG)
        }
        self.groups = Array(groups[..<Int(count)])
    }

    private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> RawString {
        RawString(bytes: pointer.map { UnsafeRawBufferPointer(start: $0, count: strlen($0)).map { $0 } } ?? [])
    }

    /// The user who became root with sudo(8); nil if nobody did.
    public static var behindSudo: String? {
        guard geteuid() == 0, let name = getenv("SUDO_USER"), let text = String(validatingCString: name),
            !text.isEmpty, text != "root"
        else { return nil }
        return text
    }
}
