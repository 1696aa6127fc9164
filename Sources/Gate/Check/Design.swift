import Glibc

/// Which captures may change places if nothing differs between base and head: those of a block. What a test makes of chance is made by
/// trying such exchanges.
struct Design: Equatable {
    /// Numbers of replicates, those of base and those of head.
    struct Block: Equatable {
        var base: [Int]
        var head: [Int]

        var all: [Int] { base + head }
    }

    /// Each with some of both.
    var blocks: [Block]
    /// A replicate is the mean of these captures, by their numbers, those of head behind those of base: captures of one boot are no
    /// independent ones where another boot has the other side.
    var replicates: [[Int]]
    /// What is exchanged, for people.
    var unit: String

    /// Why base and head cannot be compared in time.
    struct Obstacle: Error, Equatable { let reason: String }

    var base: Int { blocks.reduce(0) { $0 + $1.base.count } }
    var head: Int { blocks.reduce(0) { $0 + $1.head.count } }

    /// How many ways of exchanging there are; nil for more than `limit`.
    func arrangements(limit: Int) -> Int? {
        var product = 1
        // What takes few of very many is not tried one by one either.
        for block in blocks {
            if block.all.count > 64 { return nil }
            for step in 0..<min(block.base.count, block.head.count) {
                product = product * (block.all.count - step) / (step + 1)
                if product > limit * 64 { return nil }
            }
        }
        return product <= limit ? product : nil
    }
}

extension Design {
    /// - Parameters:
    ///   - base: the captures that are compared with.
    ///   - head: the captures that are looked at.
    ///   - isPaired: the first of base and the first of head are a pair, as they were recorded, and so on.
    ///   - anyOrder: whether head may have been recorded behind all of base.
    /// - Throws: ``Obstacle``.
    init(base: [CaptureProfile], head: [CaptureProfile], isPaired: Bool, anyOrder: Bool) throws(Obstacle) {
        if base.isEmpty || head.isEmpty { throw Obstacle(reason: "there is nothing to compare with") }
        let hosts = [base, head].map { Set($0.compactMap(\.identity.host)) }
        if !hosts[0].isEmpty, !hosts[1].isEmpty, hosts[0].isDisjoint(with: hosts[1]) {
            throw Obstacle(
                reason:
                    "base and head are of different machines, whose times say nothing of each other; record both on one"
            )
        }
        if isPaired {
            self = try Self.pairs(base, head)
        } else {
            let boots = (base + head).map(\.identity.boot)
            let known = boots.compactMap(\.self)
            // A text tells of no boot: each file is taken for a recording of its own.
            if known.isEmpty {
                self = .ofAll(base: base.count, head: head.count)
                return
            }
            guard known.count == boots.count else {
                throw Obstacle(reason: "some captures tell of which boot they are, and some do not; leave these out")
            }
            let shared = Set(known[..<base.count]).intersection(known[base.count...])
            switch shared.count {
            case 0: self = Self.boots(known, base.count)
            case Set(known).count: self = try Self.within(known, base, head, anyOrder: anyOrder)
            default:
                throw Obstacle(
                    reason:
                        "some boots have captures of base and of head, and some of one only; record both in each boot, in turns"
                )
            }
        }
    }

    /// All captures may change places, whenever they were recorded.
    static func ofAll(base: Int, head: Int) -> Design {
        Design(
            blocks: [Block(base: Array(0..<base), head: Array(base..<(base + head)))],
            replicates: (0..<(base + head)).map { [$0] },
            unit: "capture")
    }

    /// So many replicates a side tell at least one of so many rows from chance, if it stands out from all others.
    func least(rows: Int, _ errorBound: Double) -> Int {
        let needed = Double(max(1, rows)) / errorBound
        if unit == "pair" { return Int(log2(needed).rounded(.up)) }
        return (1...64).first { count in
            (0..<count).reduce(1.0) { $0 * Double(2 * count - $1) / Double($1 + 1) } >= needed
        } ?? 64
    }

    /// Whether any order of the replicates is rare enough for this bound.
    func canTell(_ errorBound: Double) -> Bool {
        guard let count = arrangements(limit: 1_000_000) else { return true }
        return errorBound * Double(count) >= 1
    }

    /// Boots have captures of one side each: a boot is one replicate.
    private static func boots(_ boots: [String], _ bases: Int) -> Design {
        var places: [String: Int] = [:]
        var (design, block) = (Design(blocks: [], replicates: [], unit: "boot"), Block(base: [], head: []))
        for (number, boot) in boots.enumerated() {
            if let place = places[boot] {
                design.replicates[place].append(number)
                continue
            }
            places[boot] = design.replicates.count
            if number < bases {
                block.base.append(design.replicates.count)
            } else {
                block.head.append(design.replicates.count)
            }
            design.replicates.append([number])
        }
        design.blocks = [block]
        return design
    }

    /// Each boot has captures of both: they change places within it.
    private static func within(
        _ boots: [String], _ base: [CaptureProfile], _ head: [CaptureProfile], anyOrder: Bool
    ) throws(Obstacle) -> Design {
        var blocks: [String: Block] = [:]
        for (number, boot) in boots.enumerated() {
            if number < base.count {
                blocks[boot, default: Block(base: [], head: [])].base.append(number)
            } else {
                blocks[boot, default: Block(base: [], head: [])].head.append(number)
            }
        }
        let captures = base + head
        for block in blocks.values where !anyOrder && !areInTurns(block, captures) {
            throw Obstacle(
                reason:
                    "one side was recorded behind the other, and what the machine did meanwhile cannot be told from a change; "
                    + "record base and head in turns")
        }
        let order = blocks.keys.sorted { blocks[$0]!.all.min()! < blocks[$1]!.all.min()! }
        return Design(
            blocks: order.map { blocks[$0]! }, replicates: captures.indices.map { [$0] }, unit: "capture")
    }

    /// Whether the sides took turns: no side is behind the other, nor mostly. Of one capture a side nothing can be said.
    private static func areInTurns(_ block: Block, _ captures: [CaptureProfile]) -> Bool {
        func times(_ numbers: [Int]) -> [UInt64] { numbers.compactMap { captures[$0].identity.startNs } }
        let (base, head) = (times(block.base), times(block.head))
        guard base.count == block.base.count, head.count == block.head.count, base.count > 1 || head.count > 1 else {
            return true
        }
        // In the order of time, no more to one end than a lot would have it in one of twenty cases.
        let order = Scores((base + head).map { Double($0) }, .ofAll(base: base.count, head: head.count))
        let isApart = base.max()! < head.min()! || head.max()! < base.min()!
        return !isApart && abs(order.deviation(of: Array(base.count..<(base.count + head.count)))) < 2
            && runs(base, head) * 2 >= min(base.count, head.count)
    }

    /// How often the sides change, in the order of time, and once more.
    private static func runs(_ base: [UInt64], _ head: [UInt64]) -> Int {
        let sides = (base.map { ($0, false) } + head.map { ($0, true) }).sorted { $0.0 < $1.0 }.map(\.1)
        return 1 + zip(sides, sides.dropFirst()).count { $0 != $1 }
    }

    private static func pairs(_ base: [CaptureProfile], _ head: [CaptureProfile]) throws(Obstacle) -> Design {
        guard base.count == head.count else {
            throw Obstacle(reason: "pairs need as many captures of head (\(head.count)) as of base (\(base.count))")
        }
        let captures = base + head
        func inOrder(_ numbers: [Int]) -> [Int] {
            numbers.sorted {
                (captures[$0].identity.startNs ?? UInt64($0), $0) < (captures[$1].identity.startNs ?? UInt64($1), $1)
            }
        }
        let (bases, heads) = (inOrder(Array(base.indices)), inOrder(head.indices.map { $0 + base.count }))
        let blocks = zip(bases, heads).map { Block(base: [$0], head: [$1]) }
        for (one, next) in zip(blocks, blocks.dropFirst()) {
            let (ends, begins) = (
                one.all.compactMap { captures[$0].identity.startNs },
                next.all.compactMap { captures[$0].identity.startNs }
            )
            guard ends.count < 2 || begins.count < 2 || ends.max()! < begins.min()! else {
                throw Obstacle(
                    reason: "the captures were not recorded in pairs: '\(captures[next.base[0]].name)' and "
                        + "'\(captures[next.head[0]].name)' overlap with the pair before; record one of each in turns")
            }
        }
        try checkBoots(of: blocks, captures)
        return Design(blocks: blocks, replicates: captures.indices.map { [$0] }, unit: "pair")
    }

    /// Both of a pair are of one boot, or each boot is in one pair only: captures of one boot are no independent ones.
    private static func checkBoots(of pairs: [Block], _ captures: [CaptureProfile]) throws(Obstacle) {
        let boots = pairs.map { pair in pair.all.map { captures[$0].identity.boot } }
        let areWithin = boots.allSatisfy { $0[0] == $0[1] }
        let known = boots.flatMap(\.self).compactMap(\.self)
        guard areWithin || Set(known).count == known.count else {
            throw Obstacle(
                reason:
                    "the captures of a pair are of different boots, and a boot is in several pairs; record both of a pair in one boot"
            )
        }
    }
}
