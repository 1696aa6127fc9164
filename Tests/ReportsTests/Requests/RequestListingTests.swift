import Foundation
import GraphParser
import TestSupport
import Testing

@testable import Reports

/// Lists of requests: which, in which order, in which form.
@Suite struct RequestListingTests {
    /// Six requests of known latencies, sizes, paths and places, which end in another order than they begin.
    private static let script: RequestScript = {
        var script = RequestScript()
        for (number, latency) in [900, 300, 600, 1200, 100, 400].enumerated() {
            let request = InventedRequest(number + 1).with {
                $0.disk = number % 3 * 16
                $0.map = number % 2
                $0.flags = number == 4 ? 2 : number % 2
                $0.sector = number == 4 ? .max : UInt64(1000 - number * 8)
                $0.bytes = number == 4 ? 0 : 512 << number
                $0.tids = [Int32(350 + number), Int32(50 + number), Int32(10 + number), Int32(20 + number)]
            }
            let start = number * 100
            script.add(
                request,
                "\(start) bio_queue, \(start + 5) dm_dispatch, \(start + 10) dm_clone, \(start + 20) iscsi_xmit, "
                    + "\(start + latency - 30) iscsi_done, \(start + latency - 20) scsi_end, \(start + latency - 5) dm_done, "
                    + "\(start + latency - 3) dm_verdict error=\(number == 3 ? 10 : 0), "
                    + "\(start + latency) rq_end error=\(number == 3 ? 10 : 0)")
        }
        return script
    }()

    private func list(_ format: RequestFormat = .csv, _ change: (inout RequestFilter) -> Void) throws -> (
        text: String, listing: RequestListing
    ) {
        var filter = RequestFilter()
        change(&filter)
        var bytes: [UInt8] = []
        let sink = OutputSink { bytes += $0 }
        let listing = RequestListing(
            filter, as: format, style: Style(color: false, unicode: false, columns: 132), to: sink)
        try RequestReading.read(Self.script.text, InventedRequest.requestSize, nil, listing)
        try sink.flush()
        return (String(decoding: bytes, as: UTF8.self), listing)
    }

    private func ids(_ change: (inout RequestFilter) -> Void) throws -> [Int] {
        try list(change: change).text.split(separator: "\r\n").dropFirst().map { Int($0.prefix { $0 != "," })! }
    }

    private func list(change: (inout RequestFilter) -> Void) throws -> (text: String, listing: RequestListing) {
        try list(.csv, change)
    }

    @Test(
        arguments: [
            (.end, [2, 5, 3, 1, 6, 4]), (.latency, [4, 1, 3, 6, 2, 5]), (.start, [1, 2, 3, 4, 5, 6]),
            (.size, [6, 4, 3, 2, 1, 5]), (.sector, [6, 4, 3, 2, 1, 5]),
        ] as [(RequestFilter.Order, [Int])]) func ordersAndLimits(order: RequestFilter.Order, expected: [Int]) throws
    {
        #expect(try ids { $0.order = order } == expected)
        for limit in [0, 1, 5, 6, 7] {
            let (text, listing) = try list {
                $0.order = order
                $0.limit = limit
            }
            let listed = min(limit, 6)
            #expect(
                text.split(separator: "\r\n").dropFirst().map { Int($0.prefix { $0 != "," })! }
                    == Array(expected.prefix(limit)))
            #expect(listing.listed == listed && listing.admitted == 6)
        }
    }

    static let filters: [(name: String, change: @Sendable (inout RequestFilter) -> Void, ids: [Int])] = [
        ("map", { $0.map = "253:1" }, [2, 4, 6]), ("no map", { $0.map = "253:9" }, []),
        ("path", { $0.path = "8:16" }, [2, 5]),
        ("operation", { $0.operation = "write" }, [2, 4, 6]), ("flush", { $0.operation = "flush" }, [5]),
        ("from a size on", { $0.bytes = 2048...Int.max }, [3, 4, 6]),
        ("to a size", { $0.bytes = 0...1024 }, [1, 2, 5]),
        ("both ends", { $0.bytes = 1024...2048 }, [2, 3]), ("latency", { $0.latencyNs = 400...900 }, [1, 3, 6]),
        ("within", { $0.latencyNs = 401...899 }, [3]), ("start", { $0.startNs = 100...300 }, [2, 3, 4]),
        ("task's number", { $0.task = "352" }, [3]), ("task's name", { $0.task = "task353" }, [4]),
        ("no task", { $0.task = "35" }, []), ("id", { $0.id = 6 }, [6]), ("troubled", { $0.onlyTroubled = true }, [4]),
        ("all at once", { ($0.map, $0.operation, $0.bytes) = ("253:1", "write", 1024...4096) }, [2, 4]),
    ]

    @Test(arguments: Self.filters) func filtersAdmit(
        filter: (name: String, change: @Sendable (inout RequestFilter) -> Void, ids: [Int])
    ) throws {
        #expect(
            try ids {
                filter.change(&$0)
                $0.order = .start
            } == filter.ids, "\(filter.name)")
    }

    /// Many more than are held at a time.
    @Test func aLimitedListOfManyHasTheRightOnes() throws {
        let load = RandomRequests(seed: 3, count: 1500, depth: 10, isDetailed: false)
        var bytes: [UInt8] = []
        let sink = OutputSink { bytes += $0 }
        var filter = RequestFilter()
        (filter.order, filter.limit) = (.latency, 25)
        let listing = RequestListing(filter, as: .csv, style: .plain, to: sink)
        try RequestReading.read(load.script.text, InventedRequest.requestSize, nil, listing)
        try sink.flush()
        let latencies = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").dropFirst().map {
            UInt64($0.split(separator: ",", omittingEmptySubsequences: false)[3])!
        }
        let truth = load.truths.values.map { $0.end - $0.start }.sorted(by: >).prefix(25)
        #expect(latencies == Array(truth) && listing.listed == 25 && listing.admitted == 1500)
    }

    /// A sink that refuses ends the pass.
    @Test func whoRefusesEndsIt() {
        struct Full: Error {}
        let listing = RequestListing(
            RequestFilter(), as: .jsonl, style: .plain, to: OutputSink(size: 1) { _ in throw Full() })
        #expect(throws: Full.self) {
            try RequestReading.read(Self.script.text, InventedRequest.requestSize, nil, listing)
        }
        #expect(listing.listed == 1)
    }

    // MARK: Forms

    @Test func theTableHasALineEach() throws {
        let lines = try list(.text) { $0.order = .latency }.text.split(separator: "\n")
        #expect(lines.count == 7 && lines[0].contains("until data"))
        #expect(lines[1].contains(" 4 ") && lines[1].contains("8:0!") && lines[1].hasSuffix("  I/O error"))
        #expect(lines[6].contains("flush") && lines[6].contains("  -  "))
    }

    @Test func aWaterfallHasAllStages() throws {
        let text = try list(.waterfall) { $0.id = 4 }.text
        #expect(
            text.hasPrefix(
                "request 4: write of 4 KiB at sector 976, 253:1 through 8:0, 1.200 us; I/O error\n  try 1 on 8:0: I/O error\n"
            ))
        #expect(text.contains("transmit + wire and target + response") && !text.contains("not seen"))
        #expect(text.split(separator: "\n").count == 2 + 8)
    }

    /// Each line is an object of its own, whose stages are the latency.
    @Test func aLineOfJSONHasItsStages() throws {
        let text = try list(.jsonl) { _ in }.text
        let lines = text.split(separator: "\n")
        #expect(lines.count == 6 && text.hasSuffix("}\n"))
        for line in lines {
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let tries = try #require(object["tries"] as? [[String: Any]])
            let rounds = tries.flatMap { $0["rounds"] as! [[String: Any]] }
            let stages = rounds.flatMap { $0["stages"] as! [[String: Any]] }
            #expect(stages.reduce(0) { $0 + ($1["ns"] as! Int) } == object["latencyNs"] as? Int)
            #expect(object["joinedBy"] as? String == "pointer" && object.keys.contains("untilDataNs"))
        }
    }

    // MARK: CSV

    private func csv(_ name: String?, error: String? = nil) -> String {
        let request = Request(
            id: 1, device: nil, startNs: 5, latencyNs: 7, untilDataNs: nil, operation: "read", sector: nil, bytes: 0,
            task: (9, name), tries: [], error: error, stoodIn: [], joinedBy: .sector)
        return RequestCSV(names: PathNames()).line(request)
    }

    /// What has a meaning to spreadsheets or to CSV is quoted.
    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("=1+1", "'=1+1"), ("-2", "'-2"),
        ("+3", "'+3"), ("@x", "'@x"), ("=a,\"b\"", "\"'=a,\"\"b\"\"\""), ("two\nlines", "\"two\nlines\""),
        ("carriage\rreturn", "\"carriage\rreturn\""), ("both\r\nends", "\"both\r\nends\""), ("a=b", "a=b"),
    ]) func fieldsAreQuoted(name: String, field: String) {
        #expect(csv(name) == "1,,5,7,,read,,0,\(field),9,0,,,,,sector,,,\r\n")
    }

    @Test func columnsAreAsManyAsTheHeadSays() throws {
        let text = try list { _ in }.text
        let lines = text.split(separator: "\r\n")
        #expect(lines.count == 7 && text.hasSuffix("\r\n"))
        #expect(Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }) == [19])
        #expect(lines[6].contains(",I/O error,I/O error,pointer,,,wait for a request + dm queue=5;path choice=5;"))
        #expect(csv(nil, error: "timeout") == "1,,5,7,,read,,0,,9,0,,,timeout,,sector,,,\r\n")
    }
}
