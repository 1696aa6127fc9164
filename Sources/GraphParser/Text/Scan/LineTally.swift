/// Lines that were scanned, by kind: counted apart from all other counts, so that they stay in registers.
struct LineTally {
    var leaves = 0
    var entries = 0
    var exits = 0
    var comments = 0
    var structureLines = 0

    var lines: Int { leaves + entries + exits + comments + structureLines }
}

extension TraceCounts {
    mutating func add(_ tally: LineTally) {
        records += tally.lines
        leaves += tally.leaves
        entries += tally.entries
        exits += tally.exits
        comments += tally.comments
        structureLines += tally.structureLines
    }
}
