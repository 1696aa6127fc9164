import GraphParser
import TraceFormat

/// Which capture something is of: stands in every row of an export, so that rows of many captures can lie in one table.
struct CaptureName: Equatable, Sendable {
    /// When and in which boot it was recorded, such as `20261126T213045.123456789Z-1f2e3d4c`: the same wherever its file lies, and another
    /// for every capture. The file's name where the trace does not tell.
    let capture: String
    /// Whether the trace tells it itself, so that another of this name is the same capture.
    let isTold: Bool
    /// The machine's name; nil where the trace does not tell.
    let host: String?
    /// The kernel's random number of its boot; nil where the trace does not tell.
    let boot: String?
    /// Kernel release; nil where the trace does not tell.
    let kernel: String?

    /// - Parameter path: the file, as the user gave it.
    init(_ identity: TraceIdentity, path: String) {
        (host, boot, kernel) = (identity.host, identity.boot, identity.kernel)
        isTold = boot != nil && identity.startNs != nil
        if let boot, let startNs = identity.startNs {
            capture = "\(TimeOfDay(startNs).compact)-\(boot.prefix(8))"
        } else {
            capture = String(path.split(separator: "/").last ?? "-")
        }
    }

    /// Of the trace that a pass begins with.
    init(_ trace: TraceContext) { self.init(trace.identity, path: trace.path) }
}
