import Foundation
import GraphParser
import TestSupport
import Testing

@testable import Reports

/// Real captures of requests, of the lab's scenario `requests`, of which is known what happened.
@Suite struct RequestFixtureTests {
    static let captures = Fixtures.files(withSuffixes: [".dat.xz", ".trace.txt.xz"])
        .filter { $0.contains("/requests-") }

    struct Reading {
        let report: Report
        let summary: RequestSummary
        let requests: [Request]
        let table: String
        let source: TraceSource
    }

    /// Each capture is read once for all tests.
    static let readings = Dictionary(
        uniqueKeysWithValues: captures.compactMap { name in (try? read(name)).map { (name, $0) } })

    static func read(_ name: String) throws -> Reading {
        final class Taken { var requests: [Request] = [] }
        let taken = Taken()
        var filter = RequestFilter()
        (filter.order, filter.limit) = (.latency, 12)
        var table: [UInt8] = []
        let sink = OutputSink { table += $0 }
        let listing = RequestListing(filter, as: .text, style: .plain, to: sink)
        let (builder, analyzer) = (SummaryBuilder(map: .builtin), RequestAnalyzer { taken.requests.append($0) })
        let reading = try TraceFile.read(Fixtures.path(name), into: [builder, analyzer, listing])
        try sink.flush()
        var source = reading.source
        source.path = name
        var summary = builder.summary(source: source, counts: reading.counts)
        summary.requests = analyzer.summary(source: source)
        return Reading(
            report: Report(summary), summary: try #require(summary.requests), requests: taken.requests,
            table: String(decoding: table, as: UTF8.self), source: source)
    }

    @Test func thereAreCapturesOfTwoKernelsAndMore() {
        #expect(Set(Self.captures.map { $0.prefix { $0 != "/" } }).count >= 2 && Self.captures.count > 40)
        #expect(Self.readings.count == Self.captures.count)
    }

    /// The report without the trees' part, and the slowest requests. A golden file that is missing is written, and the test fails: read
    /// it before you commit it.
    @Test(arguments: captures) func theReportIsAsItWas(name: String) throws {
        let reading = try #require(Self.readings[name])
        let requests = try #require(reading.report.requests)
        let section = RequestSection(
            requests, reading.report.paths ?? [], latency: reading.summary.latency, isOfOneTrace: true, style: .plain)
        let text =
            (requests.findings.joined(separator: "\n") + "\n\n" + section.sections().joined(separator: "\n\n") + "\n\n"
                + reading.table)
        let url = Fixtures.directory.appending(path: name + ".requests.golden")
        guard let golden = try? String(contentsOf: url, encoding: .utf8) else {
            try text.write(to: url, atomically: true, encoding: .utf8)
            Issue.record("\(name): recorded a new golden report; read it")
            return
        }
        #expect(text == golden, "\(name) differs; if the change is meant, remove the golden file and run again")
    }

    @Test(arguments: captures) func stagesAreTheLatencyAndNothingIsDropped(name: String) throws {
        let reading = try #require(Self.readings[name])
        for request in reading.requests {
            #expect(request.stages.reduce(0) { $0 + $1.ns } == request.latencyNs, "request \(request.id)")
            #expect(request.untilDataNs.map { $0 <= request.latencyNs } ?? true)
            let starts = request.tries.map(\.startNs)
            #expect(starts == starts.sorted() && starts.allSatisfy { $0 >= request.startNs })
        }
        let summary = reading.summary
        #expect(summary.joined == reading.requests.count)
        #expect(summary.joined + summary.unjoined.reduce(0) { $0 + $1.count } == summary.seen)
        #expect(summary.stages.reduce(0) { $0 + $1.ns.sum } == summary.latency.sum)
        #expect(summary.layers.reduce(0) { $0 + $1.ns.sum } == summary.latency.sum && summary.isSound)
        let missedEnds = reading.source.recording?.missedByProbes?["rq_end"] ?? 0
        // Nothing but what the recording cut is not joined, and that of which the kernel says that it passed its probes over.
        #expect(
            summary.unjoined.allSatisfy {
                $0.name.hasPrefix("in flight") || $0.name == "its end was missed" && UInt64($0.count) <= missedEnds
            }, "\(summary.unjoined)")
    }

    /// A capture that is read on another machine names every path.
    @Test(arguments: captures.filter { $0.hasSuffix(".dat.xz") }) func pathsHaveTheirNames(name: String) throws {
        for path in try #require(Self.readings[name]).summary.paths where path.facts.devno != nil {
            #expect(path.facts.device?.hasPrefix("sd") == true && path.facts.map != nil && path.facts.hctl != nil)
            if path.facts.map == "mpatha" { #expect(path.facts.portal?.hasSuffix(":3260") == true) }
        }
    }

    /// The delay that was made is found on its path and sized.
    @Test(arguments: captures.filter { $0.contains("-slow-") }) func theSlowPathIsFound(name: String) throws {
        let reading = try #require(Self.readings[name])
        let slow = (reading.report.paths ?? []).filter { $0.comparison?.isSlow == true }
        #expect(slow.count == 1)
        #expect(try abs(#require(slow.first?.comparison).addedNs - 50_000_000) < 5_000_000)
        #expect(reading.report.requests?.findings.first?.contains(" is slow: ") == true)
    }

    @Test(arguments: captures.filter { $0.contains("-offline.dat") }) func aRequestGoesAnotherWay(name: String) throws {
        let reading = try #require(Self.readings[name])
        let retried = reading.requests.filter { $0.tries.count > 1 && $0.tries[0].error != nil }
        #expect(!retried.isEmpty && retried.allSatisfy { $0.error == nil && $0.tries[0].disk != $0.tries[1].disk })
        #expect(retried.allSatisfy { $0.stages.contains { $0.stage == "path refused" } })
    }

    @Test(arguments: captures.filter { $0.contains("-dropped.dat") }) func aCommandIsSentAgain(name: String) throws {
        let reading = try #require(Self.readings[name])
        #expect(reading.requests.contains { $0.tries.count == 1 && $0.tries[0].rounds.count > 1 && $0.error == nil })
        // The session was away for two seconds.
        #expect(reading.summary.latency.max > 1_000_000_000)
    }

    @Test(arguments: captures.filter { $0.contains("-discard.dat") || $0.contains("local-discard") })
    func whatHasNoDataIsToldApart(name: String) throws {
        let names = Dictionary(grouping: try #require(Self.readings[name]).requests, by: \.operation).mapValues(\.count)
        #expect((names["discard"] ?? 0) >= 4 && (names["write zeroes"] ?? 0) >= 4 && (names["flush"] ?? 0) >= 4)
    }

    @Test(arguments: captures.filter { $0.contains("-merges-") || $0.contains("-splits") })
    func mergesAndSplitsHaveTheirSizes(name: String) throws {
        let sizes = try #require(Self.readings[name]).requests.map(\.bytes)
        #expect(name.contains("splits") ? sizes.allSatisfy { $0 <= 64 << 10 } : sizes.contains { $0 > 64 << 10 })
    }

    @Test(arguments: captures.filter { $0.contains("-bio.dat") }) func biosAreRequests(name: String) throws {
        let reading = try #require(Self.readings[name])
        #expect(
            reading.requests.count >= 100
                && reading.requests.allSatisfy { $0.tries.count == 1 && $0.untilDataNs != nil })
        #expect(reading.requests.allSatisfy { $0.tries[0].disk != nil })
    }

    /// The kernel's own text of the same run: as many requests, by device and sector, and what could not be told is counted.
    @Test(arguments: captures.filter { $0.hasSuffix(".trace.txt.xz") }) func tracepointsGoAsFar(name: String) throws {
        let reading = try #require(Self.readings[name])
        let pointers = try #require(Self.readings[name.replacing(".trace.txt.xz", with: ".dat.xz")])
        #expect(reading.summary.byPointer == 0 && reading.summary.bySector * 100 >= pointers.summary.byPointer * 97)
        #expect(name.contains("hot") || reading.summary.ambiguous == 0)
        #expect(pointers.summary.bySector == 0)
    }
}
