import GraphParser
import TestSupport
import Testing
import TraceFormat

@testable import Reports

/// Keeps the rows of all tables.
final class KeptRows: TableWriter {
    private(set) var rows: [String: [[TableValue]]] = [:]
    private(set) var captures: [CaptureName] = []

    func wants(_ table: Table) -> Bool { true }
    func begin(_ capture: CaptureName) { captures.append(capture) }
    func write(_ row: [TableValue], to table: Table) { rows[table.name, default: []].append(row) }

    /// All rows of a trace.
    static func of(_ path: String) throws -> (rows: KeptRows, report: Report) {
        let format = Kept()
        let pass = OutputPass([.init(format, to: OutputSink { _ in })], map: .builtin)
        let reading = try TraceFile.read(path, into: pass.analyzers)
        try pass.finish(source: reading.source, counts: reading.counts)
        return (format.rows, format.report!)
    }

    private final class Kept: OutputFormat, @unchecked Sendable {
        let name = "kept"
        let help = "all rows"
        let rows = KeptRows()
        var report: Report?

        func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? {
            TableFeed(rows, map: options.map).analyzer
        }

        func render(_ results: OutputResults, to sink: OutputSink) throws {
            try results.tableFeed?.finish(results)
            report = results.report
        }
    }

    /// The values of some columns of all rows.
    func values(_ columns: [String], of table: Table) -> [[TableValue]] {
        let places = columns.map { name in table.columns.firstIndex { $0.name == name }! }
        return (rows[table.name] ?? []).map { row in places.map { row[$0] } }
    }

    func sum(_ column: String, of table: Table) -> UInt64 {
        values([column], of: table).reduce(0) { sum, row in
            if case .count(let number) = row[0] { sum + number } else { sum }
        }
    }
}

@Suite struct TableTests {
    // MARK: What every row has to be

    @Test(arguments: ExportReading.rich) func rowsAreAsTheirTablesSay(fixture: String) throws {
        let (kept, _) = try KeptRows.of(Fixtures.path(fixture))
        #expect(kept.captures.count == 1 && Set(kept.rows.keys).isSubset(of: Table.all.map(\.name)))
        for table in Table.all {
            let rows = kept.rows[table.name] ?? []
            #expect(rows.allSatisfy { $0.count == table.columns.count }, "\(table.name)")
            for (place, column) in table.columns.enumerated() {
                #expect(rows.allSatisfy { column.admits($0[place]) }, "\(table.name).\(column.name)")
            }
            guard !SQLiteSchema.isCaptures(table) else { continue }
            let keys = kept.values(table.key, of: table).map { "\($0)" }
            #expect(Set(keys).count == keys.count, "\(table.name) has a key twice")
            for reference in table.references {
                let other = Table.all.first { $0.name == reference.table }!
                let known = Set(kept.values(reference.key, of: other).map { "\($0)" })
                let used = kept.values(reference.columns, of: table).filter { !$0.contains(.null) }.map { "\($0)" }
                #expect(Set(used).isSubset(of: known), "\(table.name) refers to what is not there")
            }
        }
    }

    @Test func namesAreThoseOfDatabases() {
        #expect(Set(Table.all.map(\.name)).count == Table.all.count)
        for table in Table.all {
            let names = (Table.identity + table.columns).map(\.name)
            #expect(Set(names.map { $0.lowercased() }).count == names.count, "\(table.name)")
            #expect(table.name.allSatisfy { $0.isLowercase || $0 == "_" } && !table.key.isEmpty)
            #expect(SQLiteSchema.isCaptures(table) || Set(table.key).isSubset(of: names))
            for column in table.columns where column.name.hasSuffix("Ns") || column.name == "ns" {
                #expect(column.unit == "ns", "\(table.name).\(column.name)")
            }
        }
    }

    // MARK: Sums

    @Test(arguments: ExportReading.rich) func sumsAreTheReports(fixture: String) throws {
        let (kept, report) = try KeptRows.of(Fixtures.path(fixture))
        let complete = kept.values(["confidence", "layer", "selfNs", "function", "durationNs"], of: .calls)
            .filter { $0[0] == .text("complete") }
        #expect(complete.count == report.counts.calls)
        for layer in report.layers {
            let own = complete.filter { $0[1] == .text(layer.layer) }
            #expect(own.count == layer.calls && Self.sum(own, 2) == layer.selfNs, "\(layer.layer)")
        }
        #expect(kept.sum("selfNs", of: .functions) == report.functions.reduce(0) { $0 + $1.selfNs })
        #expect(Self.sum(complete, 4) == report.functions.reduce(0) { $0 + $1.totalNs })
        #expect((kept.rows["requests"] ?? []).count == report.requests?.joined ?? 0)
        let latencies = report.requests?.latency.sumNs ?? 0
        #expect(kept.sum("latencyNs", of: .requests) == latencies)
        for table in [Table.tries, .rounds] { #expect(kept.sum("latencyNs", of: table) == latencies, "\(table.name)") }
        #expect(kept.sum("ns", of: .stages) == latencies)
        #expect(kept.sum("tries", of: .paths) == UInt64(report.paths?.reduce(0) { $0 + $1.tries } ?? 0))
        #expect(kept.sum("sumNs", of: .paths) == report.paths?.reduce(0) { $0 + $1.latency.sumNs } ?? 0)
        #expect((kept.rows["incidents"] ?? []).count == report.failover?.incidents.count ?? 0)
        #expect(kept.sum("requests", of: .maps) == UInt64(report.requests?.joined ?? 0))
    }

    private static func sum(_ rows: [[TableValue]], _ place: Int) -> UInt64 {
        rows.reduce(0) { sum, row in
            if case .count(let number) = row[place] { sum + number } else { sum }
        }
    }

    /// The number of a call is that of its place in all trees, and its caller's is before it.
    @Test func callsAreNumberedTreeByTree() throws {
        let calls = try KeptRows.of(Fixtures.path("6.12/requests-graph.dat.xz")).rows
            .values(["id", "tree", "parent", "level"], of: .calls)
        var levels: [TableValue: UInt64] = [:]
        for (index, call) in calls.enumerated() {
            #expect(call[0] == .count(UInt64(index + 1)))
            guard case .count(let level) = call[3] else { continue }
            if call[2] == .null { #expect(level == 0) } else { #expect(levels[call[2]] == level - 1) }
            levels[call[0]] = level
        }
    }

    // MARK: As text

    private static let small =
        " 0)               |  f() {\n 0)   1.500 us    |    g [dm_mod]();\n 0)   4.000 us    |  }\n"

    @Test func aRowIsALine() throws {
        let file = try ExportReading.text(Self.small)
        let name = String(file.path.split(separator: "/").last!)
        let written = try ExportReading.outputs(
            ["jsonl-calls", "csv-calls", "csv-functions", "csv-requests"], of: file.path)
        #expect(
            written[0] == """
                {"capture":"\(name)","host":null,"boot":null,"kernel":null,"id":1,"tree":1,"parent":null,"level":0,"function":"f","module":null,\
                "layer":"other","task":null,"tid":null,"cpu":0,"startNs":null,"durationNs":4000,"selfNs":2500,"confidence":"complete","fragment":false,"whole":true}
                {"capture":"\(name)","host":null,"boot":null,"kernel":null,"id":2,"tree":1,"parent":1,"level":1,"function":"g","module":"dm_mod",\
                "layer":"dm","task":null,"tid":null,"cpu":0,"startNs":null,"durationNs":1500,"selfNs":1500,"confidence":"complete","fragment":false,"whole":true}

                """)
        #expect(
            written[1] == """
                capture,host,boot,kernel,id,tree,parent,level,function,module,layer,task,tid,cpu,startNs,durationNs,selfNs,confidence,fragment,whole\r
                \(name),,,,1,1,,0,f,,other,,,0,,4000,2500,complete,false,true\r
                \(name),,,,2,1,1,1,g,dm_mod,dm,,,0,,1500,1500,complete,false,true\r

                """)
        #expect(
            written[2] == """
                capture,host,boot,kernel,id,function,module,layer,calls,selfNs,totalNs\r
                \(name),,,,1,f,,other,1,2500,4000\r
                \(name),,,,2,g,dm_mod,dm,1,1500,1500\r

                """)
        #expect(written[3].split(separator: "\r\n").count == 1)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("=1+1", "'=1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("-1,2", "\"'-1,2\""), ("a\r\nb", "\"a\r\nb\""), ("", "\"\""),
    ]) func fieldsAreQuotedWhereTheyHaveToBe(text: String, field: String) { #expect(CSVField.text(text) == field) }

    @Test func nothingIsNoText() {
        var (json, csv): ([UInt8], [UInt8]) = ([], [])
        let table = Table(
            "t", "", key: ["a"], [.init("a", .text, ""), .init("b", .number, ""), .init("c", .count, "")])
        let capture = CaptureName(TraceIdentity(), path: "x")
        TableJSON(capture, table).append([.text(""), .number(.min), .count(.max)], to: &json)
        TableCSV(capture, table).append([.null, .number(.min), .count(.max)], to: &csv)
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"capture":"x","host":null,"boot":null,"kernel":null,"a":"","b":-9223372036854775808,"c":18446744073709551615}"#
                + "\n")
        #expect(String(decoding: csv, as: UTF8.self) == "x,,,,,-9223372036854775808,18446744073709551615\r\n")
    }
}

extension Table.Column {
    fileprivate func admits(_ value: TableValue) -> Bool {
        switch (type, value) {
        case (_, .null): isOptional
        case (.text, .text), (.count, .count), (.number, .number), (.flag, .flag): true
        default: false
        }
    }
}
