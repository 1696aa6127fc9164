import Testing

@testable import Reports

@Suite struct SpellsTests {
    private func spells(_ all: [(UInt64, UInt64?)]) -> Spells {
        var spells = Spells()
        for (from, to) in all {
            spells.begin(from)
            if let to { spells.end(to) }
        }
        return spells
    }

    @Test(
        arguments: [
            // Before, at the edges, across, within, behind.
            (0, 10, []), (0, 11, [10...11]), (5, 25, [10...20]), (12, 15, [12...15]), (20, 30, []), (19, 30, [19...20]),
            (0, 100, [10...20, 30...40, 50...100]), (40, 50, []), (39, 51, [39...40, 50...51]), (60, 70, [60...70]),
        ] as [(UInt64, UInt64, [ClosedRange<UInt64>])])
    func piecesLieInBoth(from: UInt64, to: UInt64, pieces: [ClosedRange<UInt64>]) {
        let all = spells([(10, 20), (30, 40), (50, nil)])
        #expect(all.pieces(from: from, to: to) == pieces.map { .init(from: $0.lowerBound, to: $0.upperBound) })
        #expect(all.length(from: from, to: to) == pieces.reduce(0) { $0 + $1.upperBound - $1.lowerBound })
    }

    @Test func whatGoesOnBeginsOnceAndEndsOnce() {
        var spells = spells([(10, nil)])
        spells.begin(15)
        #expect(spells.all.count == 1 && spells.openSince == 10)
        #expect(spells.end(20) == 10 && spells.end(30) == nil && !spells.isOpen)
        // What is over already lies behind the last one.
        spells.add(from: 5, to: 25)
        #expect(spells.all.map(\.from) == [10, 20] && spells.last?.to == 25)
        spells.add(from: 1, to: 25)
        #expect(spells.all.count == 2)
    }

    @Test func anEndBeforeTheBeginningIsTheBeginning() {
        var spells = spells([(10, nil)])
        spells.end(5)
        #expect(
            spells.all == [.init(from: 10, to: 10)] && spells.pieces(from: 0, to: 20).allSatisfy { $0.from == $0.to })
    }

    @Test func onlySoManyAreKept() {
        var spells = Spells()
        for time in 0..<20_000 as Range<UInt64> {
            spells.begin(2 * time)
            spells.end(2 * time + 1)
        }
        #expect(spells.all.count <= 8192 && spells.length(from: 39_998, to: 50_000) == 1)
    }
}
