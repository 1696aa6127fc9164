/// When function_graph writes a call's entry: after the call has its place on the task's stack of returns, or before.
///
/// Where it is before, an interrupt that comes just then runs at the depth of the call that begins. If that is the root's, the
/// end of the interrupt's own function ends the tree: the rest of the root is never recorded, and looks complete. Only
/// interrupts do that, so such kernels do not record them unless asked to.
///
/// Mainline changed the order in 4.20, and stable kernels with it. In the same series `ftrace_push_return_trace` lost its linkage:
/// a kernel that has it as a global function has the old order, whatever its number: Enterprise Linux 8 does.
enum EntryOrder: Equatable, Sendable {
    case placeFirst
    case entryFirst

    /// Later ones need no look at their symbols.
    private static let changed = KernelRelease(major: 4, minor: 20)

    /// - Parameter kallsyms: asked only where the release leaves it open; empty if it cannot be read.
    init(release: KernelRelease, kallsyms: () -> [UInt8]) {
        if release >= Self.changed {
            self = .placeFirst
            return
        }
        var hasOld = false
        var hasNew = false
        for line in kallsyms().split(separator: UInt8(ascii: "\n")) {
            if line.hasSuffix(" T ftrace_push_return_trace") { hasOld = true }
            if line.hasSuffix(" T function_graph_enter") { hasNew = true }
        }
        self = hasNew && !hasOld ? .placeFirst : .entryFirst
    }

    /// Whether interrupts are recorded when nobody has said so.
    var recordsInterrupts: Bool { self == .placeFirst }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { suffix($0.count).elementsEqual($0) }
    }
}
