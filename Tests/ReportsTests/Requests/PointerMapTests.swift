import TestSupport
import Testing

@testable import Reports

/// What keeps requests by address, and what keeps of those without a request: bounded, whatever a trace holds.
@Suite struct PointerMapTests {
    /// Against a dictionary, with few keys that collide and come again.
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func isADictionary(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var (map, truth) = (PointerMap(), [UInt64: Int]())
        for _ in 0..<20_000 {
            let key = UInt64.random(in: 1...(seed * 200), using: &random) << 12
            if Int.random(in: 0..<3, using: &random) == 0 {
                #expect(map.remove(key) == truth.removeValue(forKey: key))
            } else {
                let value = Int.random(in: 0..<1_000_000, using: &random)
                map.set(key, value)
                truth[key] = value
            }
        }
        #expect(map.count == truth.count && truth.allSatisfy { map[$0.key] == $0.value })
        #expect((1...(seed * 200)).filter { map[$0 << 12] != nil }.count == truth.count)
    }

    @Test func zeroIsNoObject() {
        var map = PointerMap()
        map.set(0, 7)
        #expect(map[0] == nil && map.count == 0 && map.remove(0) == nil)
    }

    /// Beyond the limit all are forgotten, and it goes on.
    @Test func forgetsAllBeyondItsLimit() {
        var map = PointerMap()
        let limit = 1 << 19
        for key in 1...UInt64(limit) { map.set(key << 8, Int(key)) }
        #expect(map.count == limit && map[1 << 8] == 1 && map[UInt64(limit) << 8] == limit)
        map.set(1 << 8, 5)
        #expect(map.count == limit && map[1 << 8] == 5)
        map.set(UInt64(limit + 1) << 8, 1)
        #expect(map.count == 0 && map[1 << 8] == nil)
        map.set(1 << 8, 3)
        #expect(map.count == 1 && map[1 << 8] == 3)
    }

    private func at(_ time: Int) -> PointerJoin.Moment { .init(time: UInt64(time), cpu: 0, tid: 1) }

    @Test func clonesThatNobodySawMadeAreFew() {
        var strays = StrayClones()
        for step in 0..<100 { strays.pass(1, .transmit, at(step)) }
        #expect(strays.take(1).count == 64 && strays.take(1).isEmpty)
        for clone in 1...4096 { strays.pass(UInt64(clone), .transmit, at(clone)) }
        // A known one has room; a further one makes all others be forgotten.
        strays.pass(1, .sent, at(5000))
        strays.pass(4097, .transmit, at(5001))
        #expect(strays.take(1).isEmpty && strays.take(4097).map(\.time) == [5001])
    }

    /// An address begins a new life where a command is issued or sent anew.
    @Test func aStrayCloneBeginsANew() {
        var strays = StrayClones()
        for (time, point) in [RequestPoint.issued, .transmit, .sent, .taskDone, .transmit, .taskDone].enumerated() {
            strays.pass(1, point, at(time))
        }
        #expect(strays.take(1).map(\.time) == [4, 5])
        for (time, point) in [RequestPoint.transmit, .sent, .issued].enumerated() { strays.pass(1, point, at(time)) }
        #expect(strays.take(1).map(\.time) == [2])
    }

    @Test func biosHavePlacesAsLongAsThereAreAny() {
        var bios = BioTable()
        let limit = 1 << 18
        for bio in 1...limit { bios.add(UInt64(bio), at(bio)) }
        #expect(bios.take(of: dispatch(1, UInt64(limit)))?.moment.time == UInt64(limit))
        bios.add(UInt64(limit + 1), at(0))
        #expect(bios.take(of: dispatch(1, UInt64(limit + 1)))?.moment.time == nil)
        // One that is known comes again; one that is over leaves its place.
        bios.add(5, at(99))
        bios.remove(7)
        bios.add(UInt64(limit + 2), at(98))
        #expect(bios.take(of: dispatch(1, 5))?.moment.time == 99 && bios.take(of: dispatch(1, 7))?.moment.time == nil)
        #expect(bios.take(of: dispatch(1, UInt64(limit + 2)))?.moment.time == 98)
    }

    @Test func mergedBiosAreCountedOnce() {
        var bios = BioTable()
        bios.add(10, at(3))
        for _ in 0..<4 { bios.merge(into: 1) }
        #expect(bios.take(of: dispatch(1, 10))?.count == 5 && bios.take(of: dispatch(1, 10))?.count == 1)
        #expect(bios.take(of: dispatch(1, 11))?.count == nil)
    }

    /// Others may have been merged with the one that is seen, or whole requests.
    @Test func oneBioIsAllWhereItIsFirstAndLast() {
        var bios = BioTable()
        bios.add(10, at(3))
        #expect(bios.take(of: dispatch(1, 10, last: 10))?.isWhole == true)
        #expect(bios.take(of: dispatch(1, 10, last: 11))?.isWhole == false)
        #expect(bios.take(of: dispatch(1, 10)).map(\.isWhole) == .some(nil))
        bios.merge(into: 1)
        #expect(bios.take(of: dispatch(1, 10, last: 10))?.isWhole == false)
    }

    private func dispatch(_ request: UInt64, _ bio: UInt64, last: UInt64 = 0) -> PointerJoin.Dispatch {
        .init(
            request: request, device: nil, sector: 0, bytes: 0, flags: 0, made: 0, firstBio: bio, lastBio: last)
    }
}
