/// The layouts of the function_graph events, as the traced kernel described them in the file: fields have moved often
/// between 3.10 and 7.x, and distribution kernels backport, so nothing is taken from the kernel's version.
///
/// Not every kernel has them all: with `tracing_thresh` there are exits only, and only newer kernels have entries that
/// carry the caller's address.
struct EventFormats: Sendable {
    struct Entry: Sendable {
        let id: UInt64
        let function: Field
        /// 4 bytes, on newest kernels 8.
        let depth: Field
        /// Where the function will return to, with the option funcgraph-retaddr.
        let returnAddress: Field?
        /// Where the arguments begin, with the option funcgraph-args; there are as many as the record has room for.
        let arguments: Int?
        /// Bytes of one argument.
        let argumentSize: Int
    }

    struct Exit: Sendable {
        let id: UInt64
        let function: Field
        let depth: Field
        let callTime: Field
        let returnTime: Field
        /// With the option funcgraph-retval.
        let returnValue: Field?
    }

    /// Every event's header. The type is in its first word.
    let type: Field
    let pid: Field
    /// `funcgraph_entry`.
    let entry: Entry?
    /// `fgraph_retaddr_entry`: an entry too.
    let returnAddressEntry: Entry?
    /// `funcgraph_exit`.
    let exit: Exit?

    /// - Returns: nil if the file describes none of the function_graph events.
    init?(_ events: EventCatalogue) {
        let entry = events.ftraceEvent("funcgraph_entry")
        let addressEntry = events.ftraceEvent("fgraph_retaddr_entry")
        let exit = events.ftraceEvent("funcgraph_exit")
        guard let any = entry ?? exit ?? addressEntry, let type = any.number("common_type"),
            type.offset + type.size <= 4, type.size <= 2, let pid = any.number("common_pid")
        else { return nil }
        self.type = type
        self.pid = pid
        self.entry = entry.flatMap(Self.entry)
        returnAddressEntry = addressEntry.flatMap(Self.entry)
        self.exit = exit.flatMap(Self.exit)
        if self.entry == nil && returnAddressEntry == nil && self.exit == nil { return nil }
    }

    private static func entry(_ event: EventFormat) -> Entry? {
        guard let function = event.number("func"), let depth = event.number("depth") else { return nil }
        return Entry(
            id: UInt64(event.id), function: function, depth: depth, returnAddress: event.number("retaddr"),
            arguments: event.field("args")?.offset, argumentSize: function.size)
    }

    private static func exit(_ event: EventFormat) -> Exit? {
        guard let function = event.number("func"), let depth = event.number("depth"),
            let callTime = event.number("calltime"), let returnTime = event.number("rettime")
        else { return nil }
        return Exit(
            id: UInt64(event.id), function: function, depth: depth, callTime: callTime, returnTime: returnTime,
            returnValue: event.number("retval"))
    }
}
