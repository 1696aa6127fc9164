import Glibc
import TraceFormat

/// Why a capture cannot be made, or was not finished: the facts, and one line that says what, where and what to do.
public struct CaptureError: Error, Equatable, Sendable {
    /// What went wrong. The facts that only this problem has travel with it.
    public enum Problem: Equatable, Sendable {
        /// Several checks failed before anything was touched.
        case preflight([CaptureError])
        /// The kernel refuses it: not root, or lockdown.
        case notPermitted
        /// There is no tracefs.
        case tracefsNotMounted
        /// tracefs cannot be written to.
        case tracefsReadOnly
        /// The kernel was built without function_graph.
        case graphTracerMissing
        /// `kernel.ftrace_enabled` is 0.
        case ftraceDisabled
        /// /proc/kallsyms shows no addresses.
        case addressesHidden
        /// Somebody else's tracer is set: its name.
        case tracerInUse(String)
        /// Somebody else records events.
        case eventsEnabled
        /// Somebody else limits tracing to tasks.
        case taskFilterSet
        /// Somebody else's triggers stand in `set_ftrace_filter`; the first of them.
        case triggersSet(first: String)
        /// Somebody else limits tracing to these CPUs.
        case cpuMaskNarrowed(mask: String)
        /// A ring buffer holds events that nobody has read.
        case bufferNotEmpty(cpu: Int, entries: UInt64)
        /// Somebody has taken a snapshot of the ring buffer.
        case snapshotTaken
        /// No flow has this name, but these are known.
        case unknownFlow(String, known: [String])
        /// A file of flows, and what is wrong with it.
        case flowsNotUsable(String)
        /// None of a flow's roots can be traced on this kernel.
        case flowNotOnKernel(String, roots: [String])
        /// A function that was asked for cannot be traced on this kernel; some of similar names can.
        case rootNotOnKernel(String, similar: [String])
        /// A file of tracefs cannot be read.
        case readFailed
        /// A file of tracefs does not take this value.
        case writeFailed(value: String)
        /// The output cannot be made.
        case outputNotWritable
        /// The output's name is taken by a directory, a device or the like.
        case outputNotAFile
        /// The disk has not even so many bytes, for the trace's header.
        case spaceMissing(bytes: Int)
        /// The pages could not be written.
        case recordingFailed
        /// The tracing directory has no CPU.
        case noRingBuffer
        /// A CPU's recorder could not be started.
        case threadFailed
        /// The command could not be run: its name.
        case commandNotStarted(String)
        /// Nobody has this name or number.
        case unknownUser(String)
        /// The command's process could not become this user's.
        case userNotTaken(String)
        /// A signal came while the file was put together.
        case interruptedWhileWriting
        /// A signal came while whoever watched had not come to an end.
        case interruptedWhileWatching
        /// These files could not be put back.
        case notRestored([String])
        /// Another capture is running; its process if it has said so.
        case captureRunning(process: Int32?)
        /// A capture was killed before it could put tracing back.
        case captureLeftBehind(process: Int32)
        /// The journal can be neither written nor read.
        case journalNotUsable
        /// What makes the journal one that somebody else may have written.
        case journalNotSafe(String)
        /// The journal holds what no capture writes.
        case journalDamaged
        /// The kernel makes no tracing instance.
        case instanceNotMade
        /// `kprobe` or `uprobe`.
        case probesMissing(String)
        /// Somebody else has probes in the group of dmflow's.
        case probesExist(group: String)
        /// The bound on the overhead cannot be watched.
        case costNotMeasurable
        /// The program that a flow needs does not run.
        case processNotRunning(String, flow: String)
        /// A program runs, but has symbols for none of a flow's functions.
        case userFunctionsNotVisible(String, flow: String)
        /// A program or library, and what is wrong with it.
        case elfNotUsable(String)
    }

    /// What went wrong.
    public let problem: Problem
    /// The file or directory concerned.
    public let path: String?
    /// The errno of the call that failed; 0 where no call failed.
    public let errno: Int32

    /// - Parameters:
    ///   - problem: what went wrong.
    ///   - path: the file or directory concerned.
    ///   - errno: of the call that failed; 0 where no call failed.
    public init(_ problem: Problem, path: String? = nil, errno: Int32 = 0) {
        self.problem = problem
        self.path = path
        self.errno = errno
    }
}

extension CaptureError: CustomStringConvertible {
    /// 'what: where (why); what to do', in one line; several lines only when several preflight checks failed.
    public var description: String {
        if case .preflight(let errors) = problem { return errors.map(\.description).joined(separator: "\n") }
        return "\(fact); \(remedy)"
    }

    /// 'what: where (why)'
    var fact: String {
        let place = path.map { ": \($0)" } ?? ""
        let cause = errno == 0 ? "" : " (\(String(cString: strerror(errno))))"
        return printable("\(wording.what)\(place)\(cause)")
    }

    var remedy: String { printable(wording.remedy) }

    private var isForbidden: Bool { errno == EPERM || errno == EACCES }

    /// All wording of this module's errors is here, so that it reads alike.
    private var wording: (what: String, remedy: String) {
        switch problem {
        case .preflight(let errors):
            ("\(errors.count) checks failed", "see each")
        case .notPermitted:
            ("not permitted to control tracing", "run as root; under Secure Boot, kernel lockdown forbids it too")
        case .tracefsNotMounted:
            ("tracefs is not mounted", "mount it: mount -t tracefs nodev /sys/kernel/tracing")
        case .tracefsReadOnly:
            ("tracefs is mounted read-only", "mount it again: mount -o remount,rw \(path ?? "/sys/kernel/tracing")")
        case .graphTracerMissing:
            ("this kernel has no function_graph tracer", "use a kernel with CONFIG_FUNCTION_GRAPH_TRACER=y")
        case .ftraceDisabled:
            ("function tracing is switched off", "switch it on: sysctl kernel.ftrace_enabled=1")
        case .addressesHidden:
            (
                "kernel addresses are hidden, so functions would have no names",
                "show them to root: sysctl kernel.kptr_restrict=1"
            )
        case .tracerInUse(let tracer):
            ("the tracer '\(tracer)' is in use", "end that session, or interrupt it with --force")
        case .eventsEnabled:
            ("trace events are enabled by somebody else", "end that session, or interrupt it with --force")
        case .taskFilterSet:
            (
                "tracing is limited to certain tasks by somebody else",
                "empty the file, or lift the limit meanwhile with --force"
            )
        case .triggersSet(let first):
            (
                "function triggers are set by somebody else ('\(first)')",
                "remove each by writing it with ! before it, or let them act on this capture with --force"
            )
        case .cpuMaskNarrowed(let mask):
            (
                "tracing is limited to certain CPUs by somebody else (mask \(mask))",
                "write a full mask into the file, or lift the limit meanwhile with --force"
            )
        case .bufferNotEmpty(let cpu, let entries):
            (
                "the ring buffer of cpu\(cpu) holds \(entries) events that a capture would erase",
                "save them (trace-cmd extract), or let them be erased with --force"
            )
        case .snapshotTaken:
            ("a snapshot is kept that a capture would erase", "save it (cat) and write 0 into the file, or use --force")
        case .unknownFlow(let name, let known):
            (
                "no flow is called '\(name)'",
                nearestNames(to: name, among: known).first.map { "did you mean \($0)? " } ?? ""
                    + "known flows: \(known.joined(separator: ", "))"
            )
        case .flowsNotUsable(let problem):
            ("the file of flows cannot be used: \(problem)", "see Documentation/flows.schema.json and dmflow-flows(1)")
        case .flowNotOnKernel(let flow, let roots):
            (
                "flow '\(flow)': this kernel has none of \(roots.joined(separator: ", "))",
                "dmflow doctor says whether its module is loaded, and dmflow flows what this kernel has"
            )
        case .rootNotOnKernel(let name, let similar):
            (
                "this kernel cannot trace the function '\(name)'",
                similar.isEmpty
                    ? "is its module loaded? dmflow doctor says" : "similar: \(similar.joined(separator: ", "))"
            )
        case .readFailed:
            (
                "cannot read",
                isForbidden
                    ? "kernel lockdown or a container may forbid it: see /sys/kernel/security/lockdown"
                    : "does this kernel have the file?"
            )
        case .writeFailed(let value):
            (
                "cannot write '\(value)'",
                isForbidden
                    ? "kernel lockdown may forbid it" : "is the file in use, or the value unknown to this kernel?"
            )
        case .outputNotWritable:
            ("cannot create the output", "choose another place with -o")
        case .outputNotAFile:
            ("the output exists and is not a regular file", "choose another name with -o")
        case .spaceMissing(let bytes):
            (
                "no \(bytes >> 20) MiB are free for the trace's header",
                "free space there, or choose another place with -o"
            )
        case .recordingFailed:
            ("cannot write the trace", "free space there, or choose another place with -o; nothing was kept")
        case .noRingBuffer:
            ("no CPU has a ring buffer", "is this a tracefs directory?")
        case .threadFailed:
            ("cannot start a reader thread", "raise the limit on threads")
        case .commandNotStarted(let command):
            ("cannot start '\(command)'", "check its name and permissions; nothing was kept")
        case .userNotTaken(let name):
            ("cannot run the command as \(name)", "run dmflow as root, outside of containers that forbid it")
        case .unknownUser(let name):
            ("no user is called '\(name)'", "getent passwd lists them")
        case .interruptedWhileWriting:
            ("interrupted while the trace was being written", "nothing was kept; tracing is restored")
        case .interruptedWhileWatching:
            (
                "interrupted while the last of the output was being printed",
                "see that whatever reads the output goes on; tracing is restored"
            )
        case .notRestored(let files):
            (
                "could not restore \(files.joined(separator: ", "))",
                "try dmflow restore, or put these files right by hand"
            )
        case .captureRunning(let process):
            ("a capture is running" + (process.map { ", process \($0)" } ?? ""), "end it with Ctrl-C or SIGTERM first")
        case .captureLeftBehind(let process):
            (
                "a capture was killed (process \(process)) and could not put tracing back",
                "put it back: dmflow restore"
            )
        case .journalNotUsable:
            (
                "cannot use the journal of what captures change",
                isForbidden ? "run as root" : "is its file system full or read-only?"
            )
        case .journalNotSafe(let flaw):
            (
                "the journal of what captures change may be somebody else's: \(flaw)",
                "see whose it is and what it says, put tracing right by hand, and remove it"
            )
        case .instanceNotMade:
            ("cannot make a tracing instance", "is memory short, or tracefs mounted read-only?")
        case .probesMissing(let kind):
            (
                "this kernel has no \(kind) events",
                "use a kernel with CONFIG_\(kind == "kprobe" ? "KPROBE" : "UPROBE")_EVENTS=y"
            )
        case .probesExist(let group):
            (
                "there are probes of the group '\(group)' that no capture has set",
                "remove each by writing -:GROUP/NAME into the file"
            )
        case .costNotMeasurable:
            ("what tracing costs cannot be measured on this machine", "leave --max-overhead out")
        case .processNotRunning(let process, let flow):
            ("flow '\(flow)': no process runs \(process)", "start it, or leave the flow out")
        case .userFunctionsNotVisible(let process, let flow):
            (
                "flow '\(flow)': none of its functions is visible in \(process) and its libraries",
                "install their debug symbols; dmflow flows says what is missing"
            )
        case .journalDamaged:
            ("the journal of what was changed cannot be read", "look at it, put tracing right by hand, and remove it")
        case .elfNotUsable(let problem):
            ("the functions of a program cannot be found: \(problem)", "is the file damaged? install its package again")
        }
    }
}
