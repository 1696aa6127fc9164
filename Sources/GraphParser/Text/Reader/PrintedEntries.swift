/// Which function a bare `}` ends.
///
/// The kernel leaves the name out only where the last entry that it printed on that CPU at that depth was the function's own, and
/// no call of one line nor an end has come at that depth since. So a bare `}` names its function as well as any other, and one
/// without such an entry has lost it: to whatever cut the text.
struct PrintedEntries: Sendable {
    /// By CPU and depth: the function of the last entry, 0 for none. Empty where the rule does not hold: without the CPU column,
    /// or in what another program prints.
    private var functions: [Int32] = []

    /// The kernel remembers no deeper ones, and leaves all their names out.
    private static let depths = 50

    /// From now on the rule holds for `cpu`.
    mutating func add(cpu: Int) {
        let missing = (cpu + 1) * Self.depths - functions.count
        if missing > 0 { functions.append(contentsOf: repeatElement(0, count: missing)) }
    }

    mutating func reset() { functions.removeAll(keepingCapacity: true) }

    /// A call's line is printed.
    ///
    /// - Parameter function: its number, 0 where the line does not name it.
    /// - Returns: the number of the function; ``GraphEvent/noEntry`` of an end whose entry the text does not have.
    @inline(__always)
    mutating func print(_ kind: GraphEvent.Kind, _ function: Int32, cpu: UInt16, depth: Int) -> Int32 {
        let place = Int(cpu) &* Self.depths &+ depth
        guard depth < Self.depths, place < functions.count else { return function }
        let entered = functions[place]
        functions[place] = kind == .entry ? function : 0
        guard function == 0, kind == .exit else { return function }
        return entered == 0 ? GraphEvent.noEntry : entered
    }
}
