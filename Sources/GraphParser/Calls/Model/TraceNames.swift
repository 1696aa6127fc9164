import Synchronization
import TraceFormat

/// A traced function as the kernel names it.
public struct Function: Hashable, Sendable, CustomStringConvertible {
    /// The symbol with its compiler suffix, e.g. `multipath_map.isra.0`.
    public let name: String
    /// The module that ftrace prints in brackets, or in user space the program or library; nil for code built into the kernel.
    public let module: String?

    public init(name: String, module: String?) {
        self.name = name
        self.module = module
    }

    /// As ftrace prints it: `name` or `name [module]`.
    public var description: String { module.map { "\(name) [\($0)]" } ?? name }

    /// Stands for all functions beyond those that are told apart.
    static let furtherOnes = Function(name: "(further functions)", module: nil)

    fileprivate var byteCount: Int { name.utf8.count + (module?.utf8.count ?? 0) }

    /// The name without what the compiler appended (`.isra.0`, `.constprop.2`, `.part.1`, `.cold`): the name in the source.
    public var baseName: String {
        guard let dot = name.dropFirst().firstIndex(of: ".") else { return name }
        return String(name[..<dot])
    }
}

/// A function's number in the ``TraceNames`` of one reading; dense from 0, so that consumers can index arrays with it.
public struct FunctionID: Hashable, Sendable {
    public let index: Int32

    public init(index: Int32) { self.index = index }

    /// Stands for the function of a bare `}` whose entry was not recorded.
    public static let unknown = FunctionID(index: 0)
}

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

    public init() {}

    /// Number of distinct functions, ``FunctionID/unknown`` included.
    public var count: Int { tables.withLock { $0.functions.count } }

    /// Whether the trace has more functions than are told apart: then all others have one number.
    public var isCapped: Bool { tables.withLock { $0.further != nil } }

    /// Command names by thread ID, as far as the trace knows them.
    public var comms: [Int32: String] { tables.withLock { $0.comms } }

    /// The command name of a thread; nil if the trace does not tell it.
    public func comm(of tid: Int32) -> String? { tables.withLock { $0.comms[tid] } }

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

extension Function {
    /// From `name` or `name [module]` as text has it. What would not be seen is escaped: names reach terminals.
    init(text: [UInt8]) {
        if text.last == UInt8(ascii: "]"), let open = text.lastIndex(of: UInt8(ascii: "[")), open > text.startIndex {
            let name = text[..<open].reversed().drop { $0 == UInt8(ascii: " ") }.reversed()
            self.init(name: printable(name), module: printable(text[(open + 1)...].dropLast()))
        } else {
            self.init(name: printable(text), module: nil)
        }
    }
}
