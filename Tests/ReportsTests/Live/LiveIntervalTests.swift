import TestSupport
import Testing
import TraceFormat

@testable import GraphParser
@testable import Reports

/// Real captures split into intervals, as dmflow live does.
@Suite struct LiveIntervalTests {
    static let captures = [
        "6.12/requests-graph.dat.xz", "6.1/requests-qd16.dat.xz", "6.12/requests-offline.dat.xz",
        "6.12/requests-bio.dat.xz", "5.10/requests-graph.dat.xz", "6.12/requests-timeout.dat.xz",
        "6.12/requests-busy.dat.xz",
    ]

    /// Nothing is counted twice or forgotten, however long rounds and intervals are.
    @Test(arguments: captures, [(7_000_000, 20_000_000), (100_000_000, 1_000_000_000), (50_000_000, 30_000_000)])
    func theIntervalsTogetherAreTheWhole(name: String, lengths: (round: UInt64, interval: UInt64)) throws {
        let (requests, calls) = (RequestAnalyzer(), SummaryBuilder(map: .builtin))
        let reading = try TraceFile.read(Fixtures.path(name), into: [requests, calls])
        var source = reading.source
        source.path = name
        let whole = try #require(requests.summary(source: source))
        let summary = calls.summary(source: source, counts: reading.counts)

        let (intervals, live) = try LiveFixture(name).watch(round: lengths.round, interval: lengths.interval)
        #expect(intervals.count > 1 && live.counts == reading.counts)
        let parts = intervals.compactMap(\.requests)
        let merged = parts.dropFirst().reduce(try #require(parts.first)) { $0.merged(with: $1) }
        #expect(Self.differences(merged, whole) == [])
        #expect(merged == whole)
        #expect(intervals.reduce(0) { $0 + $1.lost.events } == live.counts.lostEvents)

        let totals = intervals.compactMap(\.calls)
        #expect(totals.reduce([]) { Summary.merge($0, $1.layers) } == summary.layers)
        #expect(totals.reduce([]) { Summary.merge($0, $1.functions) } == summary.functions)
        let roots = totals.reduce([Summary.Root]()) { Summary.merge($0, $1.roots) }
        #expect(
            roots.map(\.latency) == summary.roots.map(\.latency) && roots.map(\.layers) == summary.roots.map(\.layers))

        for (before, after) in zip(intervals, intervals.dropFirst()) {
            #expect(before.endNs == after.startNs && before.number + 1 == after.number && !before.isLast)
        }
        #expect(intervals.last?.isLast == true)
    }

    /// Names of what is not the same.
    private static func differences(_ left: RequestSummary, _ right: RequestSummary) -> [String] {
        func isSame(_ left: some Equatable, _ right: any Equatable) -> Bool { left.isEqual(to: right) }
        return zip(Mirror(reflecting: left).children, Mirror(reflecting: right).children).compactMap { left, right in
            guard let one = left.value as? any Equatable, let other = right.value as? any Equatable else { return nil }
            return isSame(one, other) ? nil : left.label
        }
    }

    /// What is under way is counted until it ends, and never as ended.
    @Test func whatIsUnderWayIsSeenMeanwhile() throws {
        let (intervals, _) = try LiveFixture("6.1/requests-qd16.dat.xz").watch(round: 5_000_000, interval: 10_000_000)
        let most = intervals.map(\.underWay.all.count).max() ?? 0
        #expect(most > 4 && most <= 64)
        for interval in intervals {
            let group = interval.underWay
            #expect(group.maps.values.reduce(0) { $0 + $1.count } == group.all.count)
            #expect(group.paths.values.reduce(0) { $0 + $1.count } <= group.all.count)
            #expect((interval.age(group.all) == nil) == (group.all.count == 0))
        }
        // The recording ended before some of them did.
        #expect(intervals.last?.underWay.all.count == 0)
    }

    // MARK: Failovers

    private func troubles(_ name: String) throws -> [[LiveTrouble]] {
        try LiveFixture(name).watch(round: 100_000_000, interval: 500_000_000).intervals.map { $0.troubles ?? [] }
    }

    @Test func aPathThatGoesAndComesBackIsTroubleMeanwhile() throws {
        let troubles = try troubles("6.12/failover-offline.dat.xz")
        let kinds = Set(troubles.joined().map(\.kind))
        #expect(kinds.contains(.offline) && kinds.contains(.pathFailed) && troubles.first == [] && troubles.last == [])
        // It lasts, and is the same one.
        let failed = troubles.joined().filter { $0.kind == .pathFailed }
        #expect(Set(failed.map(\.sinceNs)).count == 1 && failed.count > 1 && failed.allSatisfy { !$0.beganBefore })
        #expect(zip(failed, failed.dropFirst()).allSatisfy { $0.forNs < $1.forNs })
        #expect(failed.contains { $0.owner == .checker } || failed.allSatisfy { $0.owner == nil })
    }

    @Test func aSessionThatIsCutOffOwnsThePathsTime() throws {
        let all = try troubles("6.12/failover-cut-long.dat.xz").joined()
        #expect(all.contains { $0.kind == .sessionBlocked && $0.owner == .session && $0.path != nil })
    }

    @Test func aMapWithoutPathsIsTheGravest() throws {
        let without = try troubles("6.12/failover-all-queueing.dat.xz").filter { $0.contains { $0.kind == .noPath } }
        #expect(!without.isEmpty && without.allSatisfy { $0.first?.kind == .noPath })
        #expect(without.joined().contains { $0.map == "mpatha" && $0.path == nil })
    }

    @Test func whatWasThereBeforeSaysSo() throws {
        let troubles = try troubles("6.12/failover-began.dat.xz")
        #expect(troubles.first?.contains { $0.beganBefore } == true)
        #expect(try self.troubles("6.12/failover-goes-on.dat.xz").last?.isEmpty == false)
    }

    @Test func withoutTroubleThereIsNone() throws {
        #expect(try troubles("6.12/failover-quiet.dat.xz").joined().isEmpty)
    }
}

extension Equatable {
    fileprivate func isEqual(to other: any Equatable) -> Bool { (other as? Self) == self }
}
