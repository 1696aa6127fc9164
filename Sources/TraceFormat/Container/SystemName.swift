import Glibc

/// What uname(2) tells of a machine, and a trace.dat of the one that it was recorded on: `Linux HOST RELEASE MACHINE`.
public struct SystemName: Equatable, Sendable {
    /// `Linux`
    public let system: String
    /// The node's name.
    public let host: String
    /// `6.1.0-50-amd64`
    public let release: String
    /// The architecture, such as `x86_64`; empty if it is not told.
    public let machine: String

    /// - Parameters:
    ///   - system: the operating system's name.
    ///   - host: the node's name.
    ///   - release: the kernel's release.
    ///   - machine: the architecture.
    /// A name that is already known, each part printable and without blanks.
    public init(system: String = "Linux", host: String, release: String, machine: String) {
        (self.system, self.host, self.release, self.machine) = (system, host, release, machine)
    }

    /// The kernel that runs, and the machine it runs on.
    public static var running: SystemName {
        var name = utsname()
        uname(&name)
        func text<Field>(_ field: Field) -> String {
            withUnsafeBytes(of: field) { printable($0.prefix { $0 != 0 }) }
        }
        return SystemName(
            system: text(name.sysname), host: text(name.nodename), release: text(name.release),
            machine: text(name.machine))
    }

    // MARK: In a trace.dat

    /// - Parameter option: content of ``TraceDatOption/systemName``.
    /// - Returns: nil if it tells no release.
    package init?(option content: some Sequence<UInt8>) {
        let words = content.prefix { $0 != 0 }.split(separator: UInt8(ascii: " ")).map { printable($0) }
        guard words.count >= 3 else { return nil }
        self.init(
            system: words[0], host: words[1], release: words[2], machine: words.count > 3 ? words[3] : "")
    }

    /// The content of the option.
    package var option: [UInt8] { Array("\(system) \(host) \(release) \(machine)\0".utf8) }
}
