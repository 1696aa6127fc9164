/// A probe at a function of the kernel, which becomes an event of dmflow's own group.
///
/// The kernel has two forms of it, which take the same fields. An fprobe hangs on ftrace's call at the function's beginning, costs
/// less, and is not passed over in an interrupt; it knows functions by their names alone. A kprobe may be anywhere, on any kernel.
struct FunctionProbe: Equatable {
    enum Form {
        case kprobe, fprobe
    }

    /// The kernel's list of fprobes, and of all other dynamic events.
    static let list = "dynamic_events"

    let event: String
    let function: AvailableFunctions.Function
    let moment: Flow.KernelProbe.Moment
    /// As the kernel takes them: `rq=+0($arg2):x64`.
    let arguments: [String]
    /// The form to try first; all take the kprobe.
    var form = Form.kprobe

    /// A line of the kernel's list.
    func definition(_ form: Form) -> String {
        let name = "\(ProbeList.group)/\(event)"
        let head: [String]
        switch form {
        case .kprobe:
            let module = function.module.map { "\($0):" } ?? ""
            head = ["\(moment == .entry ? "p" : "r"):\(name)", "\(module)\(function.name)"]
        case .fprobe: head = ["f:\(name)", function.name + (moment == .entry ? "" : "%return")]
        }
        return (head + arguments).joined(separator: " ")
    }

    /// Whether both are places of the same event: the kernel adds one to it only if it has the same fields.
    func isOfOneEvent(with other: Self) -> Bool {
        moment == other.moment && arguments == other.arguments
            && function.name.split(separator: ".").first == other.function.name.split(separator: ".").first
    }
}

extension TracedKernel {
    /// How a probe is set here at a function that is the only place of its event, or one of several.
    func form(at function: AvailableFunctions.Function, isOnlyPlace: Bool) throws(CaptureError) -> FunctionProbe.Form {
        guard isOnlyPlace, takesFprobes else { return .kprobe }
        // Of functions of one name, an fprobe is at all.
        return try functions().functions(named: function.name).count == 1 ? .fprobe : .kprobe
    }
}
