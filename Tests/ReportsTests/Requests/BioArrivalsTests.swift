import GraphParser
import Testing

@testable import Reports

/// Bios by their places: which of them a request is made of, and when that is not certain.
struct BioArrivalsTests {
    private static let device = BlockDevice(major: 254, minor: 0)

    private func at(_ time: UInt64) -> PointerJoin.Moment { .init(time: time, cpu: 0, tid: Int32(time)) }
    private func place(_ sector: UInt64) -> SectorJoin.Place { .init(device: Self.device, sector: sector) }

    /// Each bio comes at the time that is its number in the list, from 1 on.
    private func arrivals(_ bios: [ClosedRange<UInt64>]) -> BioArrivals {
        var arrivals = BioArrivals()
        for (index, bio) in bios.enumerated() {
            arrivals.add(place(bio.lowerBound), sectors: UInt64(bio.count), at(UInt64(index + 1)))
        }
        return arrivals
    }

    /// A request that is made of bios, and what is known of them: when the first came, how many there are, whether these are all.
    struct Request: Sendable {
        let sectors: ClosedRange<UInt64>
        let found: [UInt64]?
        var isWhole = true
        var isCertain = true
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bios: [ClosedRange<UInt64>]
        let requests: [Request]
    }

    @Test(arguments: [
        Case(
            testDescription: "one", bios: [8...15],
            requests: [.init(sectors: 8...15, found: [1, 1]), .init(sectors: 8...15, found: nil)]),
        Case(testDescription: "merged", bios: [8...15, 16...23], requests: [.init(sectors: 8...23, found: [1, 2])]),
        Case(
            testDescription: "merged at the front", bios: [16...23, 8...15],
            requests: [.init(sectors: 8...23, found: [1, 2])]),
        Case(
            testDescription: "not all seen", bios: [8...15],
            requests: [.init(sectors: 8...23, found: [1, 1], isWhole: false)]),
        Case(
            testDescription: "split", bios: [0...31],
            requests: [
                .init(sectors: 0...15, found: [1, 1]), .init(sectors: 16...23, found: [1, 1]),
                .init(sectors: 24...31, found: [1, 1]),
            ]),
        Case(
            testDescription: "parts in any order", bios: [0...31],
            requests: [
                .init(sectors: 8...15, found: [1, 1]), .init(sectors: 24...31, found: [1, 1]),
                .init(sectors: 0...7, found: [1, 1]), .init(sectors: 16...23, found: [1, 1]),
                .init(sectors: 0...31, found: nil),
            ]),
        Case(
            testDescription: "the rest of one with the next", bios: [0...31, 32...39],
            requests: [.init(sectors: 0...15, found: [1, 1]), .init(sectors: 16...39, found: [1, 2])]),
        Case(
            testDescription: "two at one place", bios: [8...15, 8...15],
            requests: [
                .init(sectors: 8...15, found: [1, 1], isCertain: false),
                .init(sectors: 8...15, found: [2, 1], isCertain: false),
            ]),
        Case(
            testDescription: "two that have it in their middle", bios: [0...15, 4...15],
            requests: [
                .init(sectors: 8...15, found: [1, 1], isCertain: false),
                .init(sectors: 4...7, found: [2, 1], isCertain: false),
            ]),
        Case(
            testDescription: "parts of two at one place", bios: [0...15, 0...15],
            requests: [
                .init(sectors: 0...7, found: [1, 1], isCertain: false),
                .init(sectors: 8...15, found: [1, 1], isCertain: false),
                .init(sectors: 0...15, found: [2, 1], isCertain: false),
            ]),
        Case(
            testDescription: "one begins there, and is the one", bios: [0...15, 8...15],
            requests: [.init(sectors: 8...15, found: [2, 1]), .init(sectors: 0...15, found: [1, 1])]),
        Case(
            testDescription: "the last sectors there are", bios: [.max - 7 ... .max - 1],
            requests: [
                .init(sectors: .max - 4 ... .max - 1, found: [1, 1]),
                .init(sectors: .max - 7 ... .max - 5, found: [1, 1]),
            ]),
    ])
    func requestsTakeTheirBios(case: Case) {
        var arrivals = arrivals(`case`.bios)
        for request in `case`.requests {
            let found = arrivals.take(
                place(request.sectors.lowerBound), sectors: UInt64(request.sectors.count), now: 100)
            #expect((found?.bios).map { [$0.moment.time, UInt64($0.count)] } == request.found)
            if let found { #expect(found.bios.isWhole == request.isWhole && found.isCertain == request.isCertain) }
        }
    }

    @Test func whatWaitsTooLongIsGone() {
        for (now, isThere) in [(1_000_000_001, true), (1_000_000_002, false)] as [(UInt64, Bool)] {
            var arrivals = arrivals([8...15])
            #expect((arrivals.take(place(8), sectors: 8, now: now) != nil) == isThere)
        }
        var late = arrivals([8...15])
        late.noteLatency(5_000_000_000)
        #expect(late.take(place(8), sectors: 8, now: 10_000_000_000) != nil)
    }

    @Test func aDeviceHasSoManyWaiting() {
        for (count, isThere) in [(1024, true), (1025, false)] as [(UInt64, Bool)] {
            var arrivals = arrivals((0..<count).map { $0 * 8...$0 * 8 + 7 })
            #expect((arrivals.take(place(0), sectors: 8, now: 5000) != nil) == isThere)
        }
    }

    /// However many parts one is cut into.
    @Test func partsCountAmongThem() {
        var arrivals = arrivals([0...1_000_000])
        for part in 1...1023 as ClosedRange<UInt64> {
            #expect(arrivals.take(place(part * 4), sectors: 1, now: 100) != nil)
        }
        #expect(arrivals.take(place(8000), sectors: 1, now: 100) != nil)
        #expect(arrivals.take(place(0), sectors: 1, now: 100) == nil)
    }
}
