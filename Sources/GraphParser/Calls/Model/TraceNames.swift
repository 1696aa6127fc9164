import Synchronization

/// The names of a trace: its distinct functions, each stored once, and its tasks, both up to limits.
///
/// Filled while the trace is read, and shared by the reader with its consumers, who get numbers and look names up here: on
/// another thread, hence the lock. It is taken once for each new function, not for each call.
public final class TraceNames: Sendable {
    private struct Tables {
        var functions = [Function(name: "(unknown)", module: nil)]
        var ids: [Function: FunctionID] = [:]
        var functionBytes = 0
        /// Stands for those that there is no room for; nil as long as there is.
        var further: FunctionID?
        var comms: [Int32: String] = [:]
        var commBytes = 0

        mutating func add(_ function: Function) -> FunctionID {
            let id = FunctionID(index: Int32(functions.count))
            functions.append(function)
            ids[function] = id
            functionBytes += function.byteCount
            return id
        }

        mutating func learn(_ comm: String, of tid: Int32) {
            guard comms.count < Limits.taskNames, commBytes + comm.utf8.count <= Limits.nameBytes, comms[tid] == nil
            else { return }
            comms[tid] = comm
            commBytes += comm.utf8.count
        }
    }

    private let tables = Mutex(Tables())

    /// Without any name but that of functions that are not known.
    public init() {}

    /// Number of distinct functions, ``FunctionID/unknown`` included.
    public var count: Int { tables.withLock { $0.functions.count } }

    /// Whether the trace has more functions than are told apart: then all others have one number.
    public var isCapped: Bool { tables.withLock { $0.further != nil } }

    /// Command names by thread ID, as far as the trace knows them.
    public var comms: [Int32: String] { tables.withLock { $0.comms } }

    /// The command name of a thread; nil if the trace does not tell it.
    public func comm(of tid: Int32) -> String? { tables.withLock { $0.comms[tid] } }

    /// The function of a number that this reading gave. Takes a lock.
    public subscript(id: FunctionID) -> Function { tables.withLock { $0.functions[Int(id.index)] } }

    func intern(_ function: Function) -> FunctionID {
        tables.withLock { tables in
            if let id = tables.ids[function] ?? tables.further { return id }
            // The first one is none of the trace's.
            let isRoom =
                tables.functions.count <= Limits.functions
                && tables.functionBytes + function.byteCount <= Limits.nameBytes
            if isRoom { return tables.add(function) }
            tables.further = tables.add(.furtherOnes)
            return tables.further!
        }
    }

    /// The first name of a task counts: later ones are cut shorter or are those of a successor.
    func learn(_ comm: String, of tid: Int32) {
        tables.withLock { $0.learn(comm, of: tid) }
    }

    func learn(_ comms: [Int32: String]) {
        tables.withLock { tables in
            // In the same order each time: not all may have room.
            for (tid, comm) in comms.sorted(by: { $0.key < $1.key }) { tables.learn(comm, of: tid) }
        }
    }
}
