import Foundation
import GraphParser
import TestSupport
import Testing

@testable import Reports

/// What requests are added up to: of parts as of the whole, in JSON as in memory, and nothing that no trace has.
@Suite struct RequestSummaryTests {
    private func sum(_ requests: [LiveRequest]) -> RequestSummary {
        var sums = RequestSums()
        for live in requests {
            let timeline = RequestTimeline(live) { $0?.minor == 1 }
            sums.add(live, timeline, depth: live.id % 7) { timeline.request(comm: { _ in nil }, joinedBy: .pointer) }
        }
        return sums.summary(PathNames(), joinedBy: .pointer, source: "x")
    }

    private func random(_ count: Int, seed: UInt64) -> [LiveRequest] {
        var random = RandomLiveRequests(seed: seed)
        return (0..<count).map { _ in random.next() }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>) func partsMergeToTheWholeInAnyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let requests = self.random(800, seed: seed)
        let whole = sum(requests)
        let count = Int.random(in: 2...9, using: &random)
        var parts = [[LiveRequest]](repeating: [], count: count)
        for live in requests { parts[Int.random(in: 0..<count, using: &random)].append(live) }
        var summaries = parts.map(sum).shuffled(using: &random)
        while summaries.count > 1 {
            let left = summaries.remove(at: Int.random(in: 0..<summaries.count, using: &random))
            let place = Int.random(in: 0..<summaries.count, using: &random)
            summaries[place] = summaries[place].merged(with: left)
        }
        #expect(summaries[0] == whole && whole.isSound)
        #expect(whole.merged(with: RequestSummary()) == whole && RequestSummary().merged(with: whole) == whole)
    }

    /// Σ stages = latency, whatever points were seen, for each request and for all.
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func stagesAreTheLatency(seed: UInt64) {
        let requests = random(500, seed: seed)
        for live in requests {
            let timeline = RequestTimeline(live) { _ in seed % 2 == 0 }
            let request = timeline.request(comm: { _ in nil }, joinedBy: .pointer)
            #expect(request.stages.reduce(0) { $0 + $1.ns } == request.latencyNs)
            #expect(request.stages.count == live.stageCount)
        }
        let summary = sum(requests)
        let latency = requests.reduce(0) { $0 + $1.latencyNs }
        #expect(summary.latency.sum == latency && summary.joined == requests.count)
        for sums in [
            summary.stages.map(\.ns.sum), summary.layers.map(\.ns.sum), summary.operations.map(\.latency.sum),
            summary.sizes.map(\.latency.sum), summary.maps.map(\.latency.sum),
            summary.overTime.intervals.map(\.latencyNs),
        ] {
            #expect(sums.reduce(0, +) == latency)
        }
        #expect(summary.overTime.intervals.reduce(0) { $0 + $1.requests } == requests.count)
        #expect(summary.overTime.intervals.reduce(0) { $0 + $1.underWayNs! } == latency)
        #expect(summary.overTime.firstStartNs == requests.map(\.startNs).min())
        #expect(summary.overTime.lastEndNs == requests.map(\.endNs).max())
        let slowest = requests.map(\.latencyNs).sorted(by: >).prefix(10)
        #expect(summary.slowest.map(\.latencyNs) == Array(slowest))
    }

    /// Of equally slow ones the first, in whatever order they end.
    @Test func ofEquallySlowOnesTheFirstAreKept() {
        func live(_ id: Int, _ start: UInt64) -> LiveRequest {
            var live = LiveRequest()
            live.begin(address: 1, id: id)
            live.pass(.dispatched, start, cpu: 0, tid: nil)
            live.pass(.ended, start + 50, cpu: 0, tid: nil)
            return live
        }
        let requests = (1...14).map { live($0, UInt64(100 - $0)) }
        #expect(sum(requests).slowest.map(\.id) == Array((5...14).reversed()))
        #expect(sum(requests.reversed()) == sum(requests))
    }

    @Test(
        arguments: [
            (0, 0), (1, 512), (512, 512), (513, 1024), (1024, 1024), (1025, 2048), (65536, 65536),
            (UInt32.max, 1 << 32),
        ] as [(UInt32, UInt64)]) func sizesArePowersOfTwo(bytes: UInt32, upTo: UInt64)
    {
        var live = random(1, seed: 1)[0]
        live.bytes = bytes
        #expect(sum([live]).sizes.map(\.upToBytes) == [upTo])
    }

    // MARK: Over time

    /// A request counts in each interval that it was under way in, for as long as it was, however long intervals have become.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func requestsAreUnderWayWhereTheyWere(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var (rates, halves) = (RequestRates(), [RequestRates(), RequestRates()])
        var times: [(start: UInt64, end: UInt64)] = []
        for number in 0..<300 {
            let start = UInt64.random(in: 0..<seed * 1_000_000_000, using: &random)
            let longest: UInt64 = number % 5 == 0 ? 3_000_000_000 : 30_000_000
            let end = start + UInt64.random(in: 0..<longest, using: &random)
            times.append((start, end))
            rates.add(start: start, end: end, bytes: 1, depth: 1)
            halves[number % 2].add(start: start, end: end, bytes: 1, depth: 1)
        }
        #expect(rates.isSound && rates.intervals.count <= RequestRates.maxCount)
        for interval in rates.intervals {
            let (from, to) = (interval.number * rates.intervalNs, (interval.number + 1) * rates.intervalNs)
            let here = times.reduce(0) {
                $0 + max(min($1.end, to), from) - min(max($1.start, from), max(min($1.end, to), from))
            }
            #expect(interval.underWayNs == here)
        }
        #expect(halves[0].merged(with: halves[1]) == rates)
    }

    /// At most as many steps as there are intervals, however long a request is.
    @Test func aRequestOfAllTimeIsSpread() {
        var rates = RequestRates()
        rates.add(start: 5, end: .max, bytes: 1, depth: 1)
        let sum = rates.intervals.reduce(0 as UInt64) { $0 + $1.underWayNs! }
        #expect(rates.isSound && sum == .max - 5)
        rates.add(start: .max - 1, end: .max, bytes: 1, depth: 1)
        #expect(rates.isSound && rates.intervals.reduce(0) { $0 + $1.requests } == 2)
    }

    @Test func intervalsLengthenBeyondTheirLimit() {
        var rates = RequestRates()
        for number in 0..<256 {
            rates.add(start: UInt64(number) * 10_000_000, end: UInt64(number) * 10_000_000 + 5, bytes: 1, depth: number)
        }
        #expect(rates.intervals.count == 256 && rates.intervalNs == 10_000_000 && rates.isSound)
        rates.add(start: 256 * 10_000_000, end: 256 * 10_000_000 + 9, bytes: 1, depth: 1)
        #expect(rates.intervalNs == 20_000_000 && rates.intervals.count == 129 && rates.isSound)
        #expect(rates.intervals.reduce(0) { $0 + $1.requests } == 257 && rates.intervals[0].maxDepth == 1)
        #expect(rates.intervals.last?.maxNs == 9 && rates.intervals.last?.number == 128)
    }

    /// All times that there are, from one end to the other.
    @Test func intervalsHoldAllTimes() {
        var rates = RequestRates()
        for shift in 0..<64 {
            rates.add(end: 1 << UInt64(shift), bytes: .max, latencyNs: .max)
            rates.add(end: .max >> UInt64(shift), bytes: 1, latencyNs: 1)
        }
        for number in 0..<2000 { rates.add(end: .max / 2000 * UInt64(number), bytes: 1, latencyNs: 1) }
        #expect(rates.isSound && rates.intervals.count <= 256)
        #expect(rates.intervals.reduce(0) { $0 + $1.requests } == 2128)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>) func intervalsMergeInAnyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var parts = [RequestRates](repeating: RequestRates(), count: 4)
        var whole = RequestRates()
        for _ in 0..<600 {
            let end = UInt64.random(
                in: 0...(1 << UInt64.random(in: 24...(20 + 7 * seed), using: &random)), using: &random)
            let depth = Int.random(in: 1...9, using: &random)
            whole.add(start: end / 2, end: end, bytes: 3, depth: depth)
            parts[Int.random(in: 0..<4, using: &random)].add(start: end / 2, end: end, bytes: 3, depth: depth)
        }
        var merged = RequestRates()
        for part in parts.shuffled(using: &random) { merged.merge(part) }
        #expect(merged == whole && whole.isSound)
    }

    // MARK: JSON

    private func summary(_ requests: RequestSummary) -> Summary {
        var summary = Summary()
        summary.requests = requests
        return summary
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func jsonHoldsAllOfIt(seed: UInt64) throws {
        var requests = sum(random(200, seed: seed))
        requests.seen += 3
        requests.unjoined = [.init(name: "a", count: 1), .init(name: "b", count: 2)]
        (requests.ambiguous, requests.disagreed, requests.otherCommands) = (1, 2, 3)
        let json = try summary(requests).json()
        #expect(try Summary(json: Array(json.utf8), path: "x").requests == requests)
        #expect(try JSONDecoder().decode(RequestSummary.self, from: JSONEncoder().encode(requests)) == requests)
    }

    /// Older summaries have no requests.
    @Test func aSummaryWithoutRequestsIsRead() throws {
        let json = try Summary().json()
        let older = json.replacing(try Regex(#",?\s*"requests"\s*:\s*null"#), with: "")
        #expect(!older.contains("requests") && json.contains("requests"))
        #expect(try Summary(json: Array(older.utf8), path: "x").requests == nil)
    }

    /// Each with one change to a sound summary; the same change within limits is none.
    @Test(arguments: Self.lies) func whatNoTraceHasIsRefused(
        lie: (name: String, change: @Sendable (inout RequestSummary) -> Void)
    )
        throws
    {
        var requests = sum(random(300, seed: 5))
        #expect(requests.isSound)
        lie.change(&requests)
        #expect(!requests.isSound, "\(lie.name)")
        let json = try summary(requests).json()
        #expect(throws: (any Error).self) { try Summary(json: Array(json.utf8), path: "x") }
    }

    static let lies: [(name: String, change: @Sendable (inout RequestSummary) -> Void)] = [
        ("negative count", { $0.failed = -1 }), ("negative seen", { $0.seen = -1 }),
        ("fewer seen than joined", { $0.seen = $0.joined - 1 }),
        ("more joined than latencies", { $0.byPointer += 1 }),
        ("more data than requests", { $0.untilData = $0.merged(with: $0).latency }),
        ("more joined than there are numbers", { ($0.byPointer, $0.bySector) = (.max, .max) }),
        ("a reason of none that were seen", { $0.unjoined = [.init(name: "a", count: 1)] }),
        ("an empty reason", { $0.unjoined = [.init(name: "a", count: 0)] }),
        ("reasons out of order", { $0.unjoined = [.init(name: "b", count: 1), .init(name: "a", count: 1)] }),
        ("a reason twice", { $0.stoodIn = [.init(name: "b", count: 1), .init(name: "b", count: 1)] }),
        ("a reason that steers a terminal", { $0.stoodIn = [.init(name: "\u{1b}[2J", count: 1)] }),
        ("stages out of order", { $0.stages.reverse() }), ("a stage twice", { $0.stages.append($0.stages.last!) }),
        ("an empty stage", { $0.stages[0].ns = Histogram() }), ("layers out of order", { $0.layers.reverse() }),
        ("an operation twice", { $0.operations.append($0.operations.last!) }),
        ("sizes out of order", { $0.sizes.reverse() }),
        ("an empty size", { $0.sizes[0].latency = Histogram() }),
        ("an empty map", { $0.maps[0].latency = Histogram() }),
        ("paths out of order", { $0.paths.reverse() }), ("negative tries", { $0.paths[0].tries = -1 }),
        ("more latencies than tries", { $0.paths[1].tries = $0.paths[1].latency.count - 1 }),
        ("a path that steers a terminal", { $0.paths[0].facts.device = "sd\u{9b}" }),
        ("a negative group", { $0.paths[0].facts.group = -1 }),
        ("eleven slowest", { $0.slowest.append($0.slowest.last!) }), ("slowest out of order", { $0.slowest.reverse() }),
        ("an interval of no length", { $0.overTime = RequestSummaryTests.rates(0, 1) }),
        ("an interval of an odd length", { $0.overTime = RequestSummaryTests.rates(10_000_001, 1) }),
        ("too many intervals", { $0.overTime = RequestSummaryTests.rates(10_000_000, 257) }),
    ]

    private static func rates(_ length: UInt64, _ count: Int) -> RequestRates {
        let one = #"{"number":?,"requests":1,"bytes":0,"latencyNs":1,"maxNs":1,"maxDepth":1}"#
        let all = (0..<count).map { one.replacing("?", with: "\($0)") }.joined(separator: ",")
        return try! JSONDecoder().decode(
            RequestRates.self, from: Data(#"{"intervalNs":\#(length),"intervals":[\#(all)]}"#.utf8))
    }

    @Test func limitsAreWhereTheyAre() {
        #expect(Self.rates(10_000_000, 256).isSound && !Self.rates(10_000_000, 257).isSound)
        #expect(Self.rates(20_000_000, 1).isSound && !Self.rates(15_000_000, 1).isSound)
        #expect(!Self.rates(5_000_000, 1).isSound)
    }

    /// Random digits changed: whatever is accepted can be merged and shown.
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func damagedJSONNeitherTrapsNorLies(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let whole = summary(sum(self.random(6, seed: seed)))
        let json = Array(try whole.json().utf8)
        let digits = json.indices.filter { (0x30...0x39).contains(json[$0]) }
        var accepted = 0
        for _ in 0..<300 {
            var damaged = json
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                damaged[digits.randomElement(using: &random)!] = Array("0123456789-e.".utf8).randomElement(
                    using: &random)!
            }
            guard let read = try? Summary(json: damaged, path: "x") else { continue }
            accepted += 1
            let merged = read.merged(with: whole).merged(with: read)
            #expect(merged.flaw == nil)
            #expect(try Summary(json: Array(merged.json().utf8), path: "x") == merged)
            #expect(!TextReport(Report(merged), style: .plain, rootLimit: 9, functionLimit: 9).render().isEmpty)
        }
        #expect(accepted > 0)
    }
}
