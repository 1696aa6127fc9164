import Foundation
import GraphParser
import TestSupport
import Testing

@testable import Reports

/// Real captures of failovers, of the lab's scenario `failover`, of which is known what happened.
@Suite struct FailoverFixtureTests {
    static let captures = Fixtures.files(withSuffixes: [".dat.xz"]).filter { $0.contains("/failover-") }

    struct Reading {
        let summary: FailoverSummary
        let requests: [Int: Request]
    }

    /// Each capture is read once for all tests.
    static let readings = Dictionary(
        uniqueKeysWithValues: captures.compactMap { name in (try? read(name)).map { (name, $0) } })

    static func read(_ name: String) throws -> Reading {
        final class Taken { var requests: [Int: Request] = [:] }
        let taken = Taken()
        let requests = RequestAnalyzer { taken.requests[$0.id] = $0 }
        let failover = FailoverAnalyzer(requests)
        let reading = try TraceFile.read(Fixtures.path(name), into: [failover, requests])
        var source = reading.source
        source.path = name
        return Reading(summary: try #require(failover.summary(source: source)), requests: taken.requests)
    }

    private func incidents(_ name: String) throws -> [Incident] { try #require(Self.readings[name]).summary.incidents }

    @Test func thereAreCapturesOfTwoKernels() {
        #expect(Set(Self.captures.map { $0.prefix { $0 != "/" } }).count >= 2 && Self.captures.count >= 20)
        #expect(Self.readings.count == Self.captures.count)
    }

    /// A golden file that is missing is written, and the test fails: read it before you commit it.
    @Test(arguments: captures) func whatIsToldIsAsItWas(name: String) throws {
        let text = FailoverText(try #require(Self.readings[name]).summary, style: .plain).render()
        let url = Fixtures.directory.appending(path: name + ".failover.golden")
        guard let golden = try? String(contentsOf: url, encoding: .utf8) else {
            try text.write(to: url, atomically: true, encoding: .utf8)
            Issue.record("\(name): recorded a new golden file; read it")
            return
        }
        #expect(text == golden, "\(name) differs; if the change is meant, remove the golden file and run again")
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "wider than 80 columns")
    }

    /// Where requests failed, none is told as if a path had taken over from the others; what is named of the longest is not a small
    /// part of it.
    @Test(arguments: captures) func sentencesTellWhatMostHad(name: String) throws {
        for incident in try incidents(name) where incident.stalled > 1 {
            if incident.failed > 0 {
                #expect(incident.sentence.contains("\(Figures.plural(incident.failed, "request")) failed"))
                #expect(!incident.sentence.contains("took over"))
            }
            let longest = try #require(incident.stalls.first)
            let named = longest.parts.filter {
                incident.sentence.contains(" \($0.owner.phrase)") || $0.owner == .session
            }
            #expect(named.reduce(0) { $0 + $1.ns } * 2 >= longest.ns, "\(incident.sentence)")
        }
    }

    /// A wider terminal is used, and shows the same words.
    @Test(arguments: captures, [100, 132]) func widerTerminalsAreUsed(name: String, columns: Int) throws {
        let summary = try #require(Self.readings[name]).summary
        let text = FailoverText(summary, style: Style(color: false, unicode: false, columns: columns)).render()
        let narrow = FailoverText(summary, style: .plain).render()
        let words = { (text: String) in text.split { " \n|:x#.".contains($0) }.count }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= columns } && words(text) == words(narrow))
        #expect(summary.incidents.isEmpty || text.split(separator: "\n").contains { $0.count > 80 })
    }

    @Test(arguments: captures) func ownersAddUpToTheRequestsLatency(name: String) throws {
        let reading = try #require(Self.readings[name])
        for incident in reading.summary.incidents {
            for stall in incident.stalls {
                #expect(stall.parts.reduce(0) { $0 + $1.ns } == stall.ns, "request \(stall.id)")
                guard !stall.isUnfinished else { continue }
                let request = try #require(reading.requests[stall.id])
                #expect(stall.ns == request.latencyNs && stall.startNs == request.startNs)
            }
            #expect(incident.owners.reduce(0) { $0 + $1.longestNs } == incident.stalls.first?.ns ?? 0)
            #expect(
                incident.stalledIDs.count == incident.stalled
                    && incident.unfinished + incident.failed <= incident.stalled)
            #expect(incident.events.map(\.atNs) == incident.events.map(\.atNs).sorted())
            #expect(incident.events.allSatisfy { $0.atNs <= $0.untilNs && $0.count > 0 && !$0.what.isEmpty })
            #expect(incident.startNs <= incident.endNs)
        }
    }

    /// The kernel says so itself, within 50 ms.
    @Test(arguments: captures.filter { $0.contains("-cut-") }) func timersEndWhenTheKernelSays(name: String) throws {
        let incident = try #require(incidents(name).first)
        for (timer, message) in [("recovery_tmo", "recovery timed out"), ("ping_tmo", "detected conn error (1022)")] {
            let observed = try #require(incident.timers.first { $0.timer == timer })
            let said = try #require(incident.events.first { $0.layer == "kernel log" && $0.what.contains(message) })
            #expect(max(observed.atNs, said.atNs) - min(observed.atNs, said.atNs) < 50_000_000)
            // The prediction holds, and moves with the settings.
            let predicted = try #require(observed.predictedNs)
            #expect(observed.ranOut && observed.observedNs >= predicted - 10_000_000)
            #expect(observed.observedNs < predicted + predicted / 8 + 200_000_000)
        }
        let isLong = name.contains("-long")
        let seconds = incident.timers.prefix(3).map { ($0.predictedNs ?? 0) / 1_000_000_000 }
        #expect(seconds == (isLong ? [5, 5, 10] : [2, 2, 5]))
        let longest = try #require(incident.stalls.first)
        #expect(longest.ns > (isLong ? 19 : 8) * 1_000_000_000 && longest.error == nil)
    }

    @Test(arguments: [
        ("offline", [Incident.Kind.offline]), ("dropped", [.connection]), ("cut-short", [.pingTimeout]),
        ("cut-long", [.pingTimeout]), ("all-queueing", [.noPath]), ("all-failing", [.noPath]), ("flapping", [.offline]),
        ("slow", []), ("quiet", []), ("began", [.offline]), ("timeout", [.commandTimeout]),
        ("reset", [.errorHandler]), ("hung", [.offline, .commandTimeout]), ("goes-on", [.noPath]), ("alua", [.alua]),
        ("two", [.offline, .commandTimeout]),
    ]) func theIncidentIsWhatWasMade(made: String, kinds: [Incident.Kind]) throws {
        for name in Self.captures where name.hasSuffix("/failover-\(made).dat.xz") {
            #expect(try incidents(name).map(\.kind) == kinds, "\(name)")
        }
    }

    /// Written and read again it is the same; a trace that is summed up twice has its incidents once.
    @Test(arguments: captures) func aSummaryKeepsThem(name: String) throws {
        var summary = Summary()
        summary.failover = try #require(Self.readings[name]).summary
        let read = try Summary(json: Array(summary.json().utf8), path: name)
        #expect(read == summary)
        #expect(summary.merged(with: summary).failover?.incidents == summary.failover?.incidents)
        #expect(summary.merged(with: Summary()).failover == summary.failover)
    }
}
