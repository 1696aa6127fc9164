import GraphParser
import TestSupport
import Testing

@testable import Reports

/// Whatever was the matter, and whatever a request went through: its parts lie one behind the other, and are its latency.
@Suite struct StallPartsTests {
    private static let map = BlockDevice(major: 253, minor: 0)

    private static func spells(_ random: inout SeededRandom, from: UInt64, to: UInt64) -> Spells {
        var spells = Spells()
        var time = from
        while time < to, Bool.random(using: &random) {
            spells.begin(time + .random(in: 0...(to - time), using: &random))
            time = spells.openSince ?? to
            if Int.random(in: 0..<8, using: &random) == 0 { break }
            time += .random(in: 0...(max(to, time) - time + 1), using: &random)
            spells.end(time)
        }
        return spells
    }

    private static func tracks(_ random: inout SeededRandom, around live: LiveRequest) -> FailoverTracks {
        let (from, to) = (live.startNs - 1000, live.startNs + live.latencyNs + 1000)
        var tracks = FailoverTracks()
        for sid in 1...4 as ClosedRange<UInt32> {
            var session = FailoverTracks.Session()
            session.away = spells(&random, from: from, to: to)
            session.pingWaits = spells(&random, from: from, to: to)
            session.tcpWaits = spells(&random, from: from, to: to)
            tracks.sessions[sid] = session
            tracks.hosts[Int64(sid) - 1, default: .init()].handler = spells(&random, from: from, to: to)
        }
        for minor in 0...2 {
            var map = FailoverTracks.Map()
            map.withoutPath = spells(&random, from: from, to: to)
            map.backs = map.withoutPath.all.map { $0.from + .random(in: 0...500, using: &random) }
            tracks.maps[BlockDevice(major: 253, minor: minor)] = map
        }
        tracks.daemonBlocked = spells(&random, from: from, to: to)
        return tracks
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>) func partsAreTheWholeLatency(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var requests = RandomLiveRequests(seed: seed)
        // Disks of the random requests have minor numbers 0 to 3.
        var book = PathBook()
        for minor in 0...3 {
            let disk = BlockDevice(major: 8, minor: minor)
            book.learn(disk, at: SCSIAddress(host: Int64(minor), channel: 0, target: 0, lun: 1))
            book.learn(disk, of: Self.map)
        }
        var owners: Set<StallOwner> = []
        for _ in 0..<2000 {
            var live = requests.next()
            if var one = live.tries.popLast() {
                one.timeoutTimes = [live.startNs + .random(in: 0...(live.latencyNs + 1), using: &random)]
                live.tries.append(one)
            }
            let tracks = Self.tracks(&random, around: live)
            let isCutOff = Bool.random(using: &random)
            let end = live.startNs + live.latencyNs + (isCutOff ? .random(in: 0...5000, using: &random) : 0)
            let parts = StallParts(live, tracks, book, until: isCutOff ? end : nil)
            var time = live.startNs
            for part in parts.parts {
                #expect(part.from == time && part.to > part.from, "\(parts.parts)")
                time = part.to
                owners.insert(part.owner)
            }
            #expect(time == end && parts.ns == end - live.startNs)
            #expect(parts.byOwner.reduce(0) { $0 + $1.ns } == parts.ns)
            #expect(Set(parts.byOwner.map(\.owner)).count == parts.byOwner.count)
        }
        #expect(
            owners.isSuperset(of: [.path, .retry, .requeue, .errorHandler, .noPath, .checker, .daemon, .commandTimer]))
    }

    private func waiting(for ns: UInt64) -> StallParts {
        var live = LiveRequest()
        live.begin(address: 1, id: 1)
        live.pass(.queued, 1000, cpu: 0, tid: 1)
        live.pass(.dispatched, 1000 + ns, cpu: 0, tid: 1)
        live.pass(.ended, 2000 + ns, cpu: 0, tid: 1)
        return StallParts(live, FailoverTracks(), PathBook())
    }

    /// Behind others for a tenth of a second is a stall, for less it is as usual.
    @Test(arguments: [(99_999_999, false), (100_000_000, true)]) func queueingIsAStallIfItIsLong(
        ns: UInt64, isOne: Bool
    ) {
        #expect(waiting(for: ns).stoodStill == isOne)
        #expect(waiting(for: ns).parts.map(\.owner) == (isOne ? [.queue, .path] : [.path]))
    }
}
