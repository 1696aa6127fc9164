/// Times during which something was so: in their order, apart from each other, the last perhaps still going on.
struct Spells {
    /// A stretch of time; `to` is `.max` while it goes on.
    struct Spell: Equatable {
        var from: UInt64
        var to: UInt64 = .max
    }

    /// No incident has so many; of more, the oldest are given up.
    private static let kept = 4096

    private(set) var all: [Spell] = []

    var isOpen: Bool { all.last?.to == .max }
    /// When the one that goes on began.
    var openSince: UInt64? { isOpen ? all.last?.from : nil }
    var last: Spell? { all.last }

    mutating func begin(_ time: UInt64) {
        if !isOpen { add(Spell(from: max(time, all.last?.to ?? 0))) }
    }

    /// - Returns: when it had begun; nil if it had not.
    @discardableResult mutating func end(_ time: UInt64) -> UInt64? {
        guard isOpen else { return nil }
        let from = all[all.count - 1].from
        all[all.count - 1].to = max(time, from)
        return from
    }

    /// One that is over already. What lies before the last one's end is in that one.
    mutating func add(from: UInt64, to: UInt64) {
        let from = max(from, all.last?.to ?? 0)
        if !isOpen && to > from { add(Spell(from: from, to: to)) }
    }

    private mutating func add(_ spell: Spell) {
        if all.count >= 2 * Self.kept { all.removeFirst(Self.kept) }
        all.append(spell)
    }

    /// What of a stretch of time lies in any of them.
    func pieces(from: UInt64, to: UInt64) -> [Spell] {
        var pieces: [Spell] = []
        for spell in all.reversed() {
            if spell.to <= from { break }
            if spell.from < to { pieces.append(Spell(from: max(spell.from, from), to: min(spell.to, to))) }
        }
        return pieces.reversed()
    }

    /// How much of a stretch of time lies in them, in ns.
    func length(from: UInt64, to: UInt64) -> UInt64 { pieces(from: from, to: to).reduce(0) { $0 + ($1.to - $1.from) } }
}
