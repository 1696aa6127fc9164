import TestSupport
import Testing

@testable import Reports

@Suite struct SlotTableTests {
    /// In the order in which they end, as requests come.
    @Test func nothingOverlapsInASlot() {
        var random = SeededRandom(seed: 1)
        for length in [1, 50, 5000] as [UInt64] {
            var (slots, last) = (SlotTable(), [Int: UInt64]())
            let things = (0..<500).map { _ in
                let start = UInt64.random(in: 0..<10_000, using: &random)
                return (start: start, end: start + UInt64.random(in: 0...length, using: &random))
            }
            for thing in things.sorted(by: { $0.end < $1.end }) {
                let slot = slots.take(at: thing.start)
                #expect(slot.freeFrom <= thing.start && slot.freeFrom == last[slot.number] ?? 0)
                last[slot.number] = thing.end
                slots.give(slot, freeFrom: thing.end)
            }
            #expect(last.count == slots.count)
            // Sorting by ends needs a few more than there were at once.
            let atOnce = things.map { thing in things.count { $0.start <= thing.start && thing.start < $0.end } }.max()!
            #expect(slots.count >= atOnce && slots.count <= 2 * atOnce + 1, "\(slots.count) for \(atOnce)")
        }
    }

    @Test func aSlotThatIsTakenIsNobodyElses() {
        var slots = SlotTable()
        let first = slots.take(at: 10)
        #expect(slots.take(at: 10).number == 1 && first.number == 0)
        slots.give(first, freeFrom: 20)
        #expect(slots.take(at: 19).number == 2)
        #expect(slots.take(at: 20).number == 0)
    }
}
