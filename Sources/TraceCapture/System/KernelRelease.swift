import TraceFormat

/// A kernel's version as far as it decides what can be done: `6.1.0-35-amd64` is 6.1.
struct KernelRelease: Comparable, Hashable, Sendable {
    let major: Int
    let minor: Int

    /// Linux 6.11 lets function_graph run in instances. Older kernels list it for the top level alone, but making an instance to
    /// find that out would take a ring buffer for each CPU.
    static let graphInInstances = KernelRelease(major: 6, minor: 11)

    init(major: Int, minor: Int) { (self.major, self.minor) = (major, minor) }

    /// - Returns: nil for what is no release.
    init?(_ text: String) {
        let numbers = text.split(separator: ".", maxSplits: 2).prefix(2).map { Int($0.prefix(while: \.isNumber)) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major: major, minor: minor)
    }

    /// The kernel that runs; 0.0 if it does not say.
    static var running: KernelRelease {
        KernelRelease(SystemName.running.release) ?? KernelRelease(major: 0, minor: 0)
    }

    /// Whether a capture has an instance of its own on this kernel, unless it turns out that function_graph is missing there.
    func letsGraphIntoInstances(of files: any TracingFiles) -> Bool {
        self >= Self.graphInInstances && files.exists("instances")
    }

    static func < (left: Self, right: Self) -> Bool { (left.major, left.minor) < (right.major, right.minor) }
}
