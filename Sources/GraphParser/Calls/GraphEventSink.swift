/// Identifies a task within a trace.
public struct TaskKey: Hashable, Sendable {
    let raw: Int64

    /// The idle tasks all have thread ID 0, one for each CPU.
    public static func thread(_ tid: Int32, cpu: Int) -> TaskKey {
        TaskKey(raw: tid == 0 ? -1 - Int64(cpu) : Int64(tid))
    }

    /// What runs on a CPU as long as the text has not said which task it is.
    static func unknown(cpu: Int) -> TaskKey { TaskKey(raw: (1 << 40) + Int64(cpu)) }

    var tid: Int32? {
        switch raw {
        case 1..<(1 << 40): Int32(truncatingIfNeeded: raw)
        case ..<0: 0
        default: nil
        }
    }
}

/// An entry, as a reader found it.
struct EntryRecord {
    let task: TaskKey
    let cpu: Int
    let depth: Int
    let function: FunctionID
    /// ns of the trace clock, nil where the text has no time column.
    let timestamp: UInt64?
}

/// An exit, as a reader found it.
struct ExitRecord {
    let task: TaskKey
    let cpu: Int
    let depth: Int
    /// nil for a bare `}`, which does not name its function.
    let function: FunctionID?
    /// ns as the kernel measured it; nil where the text has no duration column.
    let duration: UInt64?
    /// How much the source may have cut off `duration`, in ns: 0 for trace.dat.
    let rounding: UInt64
    let timestamp: UInt64?
}
