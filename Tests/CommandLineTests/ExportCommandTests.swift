import Foundation
import TestSupport
import Testing

/// `dmflow export`: the directory of a fleet.
@Suite struct ExportCommandTests {
    private let capture = Fixtures.path("6.12/requests-graph.dat.xz")
    private let other = Fixtures.path("6.1/requests-graph.dat.xz")

    /// Runs a script in an empty directory, with `A` and `B` as captures, `fleet` as the export, and `twice` as what it says of a second one.
    private func run(_ script: String) throws -> Program.Result {
        try Program.run(
            script: """
                directory=$(mktemp -d) && cd "$directory" && trap 'rm -rf "$directory"' EXIT
                A='\(capture)' B='\(other)'
                fleet() { "$DMFLOW" export --for duckdb -o fleet "$@" 2>errors; }
                \(script)
                """, environment: ["unblock": InterruptionTests.unblock])
    }

    @Test func aCaptureIsAFolderAndAnEngineItsFiles() throws {
        let result = try run(
            "fleet \"$A\" \"$B\" && ls -A fleet fleet/captures fleet/queries fleet/captures/*6847e12; cat errors")
        #expect(result.status == 0)
        let lines = Set(result.output.split(separator: "\n"))
        let expected = [
            "20261126T222921.572013770Z-a6847e12", "captures", "schema.sql", "load.sql", "queries",
            "01-slowest-path-by-host.sql",
            "10-throughput-by-second.sql", "requests.jsonl", "captures.jsonl", "stalls.jsonl",
        ]
        for name in expected { #expect(lines.contains(Substring(name)), "\(name)") }
        #expect(!result.output.contains(".writing") && !lines.contains("calls.jsonl"))
        #expect(result.output.contains("2 captures written to fleet; to load and ask, in that directory:"))
    }

    @Test(arguments: ["clickhouse": "MergeTree", "duckdb": "UBIGINT"]) func theEngineDecidesTheSQL(
        engine: String, word: String
    ) throws {
        let result = try run(#""$DMFLOW" export --for \#(engine) -o fleet "$A" 2>/dev/null && cat fleet/schema.sql"#)
        #expect(result.status == 0 && result.output.contains(word))
    }

    @Test func capturesAreAddedEachOnce() throws {
        let result = try run(
            """
            fleet "$A"; fleet "$B"; ls fleet/captures | wc -l
            fleet "$A"; echo $?; cat errors
            cp "$A" copy.dat.xz; fleet copy.dat.xz; echo $?; ls -A fleet fleet/captures | wc -l
            rm -r fleet/captures/*6847e12; fleet "$A"; echo $?; ls fleet/captures | wc -l
            """)
        let lines = result.output.split(separator: "\n").map(String.init)
        try #require(lines.count == 8)
        #expect(lines[0] == "2" && lines[1] == "0" && lines[4...] == ["0", "9", "0", "2"])
        #expect(lines[2].contains("its capture is in fleet already, and stays as it is; remove captures/"))
        #expect(lines[3] == "dmflow: no capture is new; the schema and queries in fleet are for duckdb")
    }

    /// Also where it is there already.
    @Test func aCaptureThatIsGivenTwiceIsRefused() throws {
        let result = try run(#"fleet "$A"; fleet "$A" "$A"; echo $?; grep -c 'give it once' errors"#)
        #expect(result.output == "2\n1\n")
    }

    /// Of two texts of one name nobody knows whether they are one capture.
    @Test func aTextOfAnothersNameIsRefused() throws {
        let result = try run(
            """
            printf ' 0)   1.000 us    |  f();\\n' > t.txt; fleet t.txt; fleet t.txt; echo $?; cat errors; ls fleet/captures
            """)
        #expect(
            result.output
                == "2\ndmflow: t.txt: does not tell its capture, and another t.txt is in fleet already; rename the file, or remove "
                + "captures/t.txt there first\nt.txt\n")
    }

    /// What cannot be replaced is told by its place in the fleet.
    @Test func messagesNameTheFleetsFiles() throws {
        let result = try run("mkdir -p fleet/schema.sql; fleet \"$A\"; echo $?; cat errors")
        #expect(
            result.output
                == "2\ndmflow: fleet/schema.sql: exists and is not a regular file; choose another name\n")
    }

    /// All captures of a command or none.
    @Test(arguments: [#""$A" "$A""#, #""$A" "$B" nothing.dat"#, #""$B" /dev/null"#]) func whatFailsLeavesNothing(
        files: String
    ) throws {
        let result = try run("fleet \(files); echo $?; wc -l < errors; ls -A fleet fleet/captures")
        #expect(result.output == "2\n1\nfleet:\ncaptures\n\nfleet/captures:\n", "\(result.output)")
    }

    @Test(arguments: [
        ("a.txt", "a.txt"), (".hidden", "%2Ehidden"), ("we ird;$x", "we%20ird%3B%24x"), ("naïve", "na%C3%AFve"),
        ("..x", "%2E.x"),
    ]) func aTextIsCalledByItsFile(name: String, folder: String) throws {
        let result = try run(
            "printf ' 0)   1.000 us    |  f();\\n' > '\(name)'; fleet './\(name)'; echo $?; ls fleet/captures")
        #expect(result.output == "0\n\(folder)\n")
    }

    @Test(arguments: ["captures", "queries"]) func noLinkIsFollowed(name: String) throws {
        let result = try run(
            "mkdir fleet elsewhere; ln -s ../elsewhere fleet/\(name); fleet \"$A\"; echo $?; wc -l < errors; ls -A elsewhere"
        )
        #expect(result.output == "2\n1\n")
    }

    /// A link in place of a file is replaced, as for all outputs.
    @Test func aLinkThatIsThereIsReplaced() throws {
        let result = try run(
            "mkdir fleet; echo mine > elsewhere; ln -s ../elsewhere fleet/load.sql; fleet \"$A\"; echo $?; cat elsewhere; head -c 2 fleet/load.sql"
        )
        #expect(result.output == "0\nmine\n--")
    }

    /// Of a command that was killed, but not what another is at, or has just begun.
    @Test func whatWasLeftIsRemoved() throws {
        let result = try run(
            """
            mkdir -p fleet/.writing-old/1 fleet/.writing-held fleet/.writing-new fleet/.writing-more
            touch fleet/.writing-old/1/requests.jsonl fleet/.writing-more/mine
            touch -d yesterday fleet/.writing-old fleet/.writing-held fleet/.writing-more
            flock fleet/.writing-held "$DMFLOW" export --for duckdb -o fleet "$A" 2>/dev/null; echo $?; ls -d fleet/.w*
            """)
        #expect(result.output == "0\nfleet/.writing-held\nfleet/.writing-more\nfleet/.writing-new\n")
    }

    /// A signal takes away what is not whole, of all captures of the command, and ends it as signals do.
    @Test func aSignalLeavesNothing() throws {
        let result = try run(
            """
            mkfifo slow; exec 3<>slow
            perl -e "$unblock" "$DMFLOW" export --for duckdb -o fleet "$A" slow 2>/dev/null & writer=$!
            until [ -e fleet/.writing-*/2 ]; do sleep 0.01; done
            kill -TERM $writer; wait $writer; echo $?; ls -A fleet fleet/captures
            """)
        #expect(result.output == "143\nfleet:\ncaptures\n\nfleet/captures:\n", "\(result.output) \(result.errors)")
    }

    @Test(arguments: [
        #"export --for duckdb -o fleet"#, #"export --for mysql -o fleet "$A""#, #"export -o fleet "$A""#,
        #"export --for duckdb "$A""#,
    ]) func wrongCommandLinesAreUsageErrors(arguments: String) throws {
        #expect(
            try run("\"$DMFLOW\" \(arguments) 2>/dev/null; echo $?; ls").output
                == "64\nerrors\n".replacing("errors\n", with: ""))
    }

    @Test(arguments: ["/proc/nothing", "file/below"]) func aPlaceThatCannotBeWrittenToIsTold(place: String) throws {
        let result = try run("touch file; \"$DMFLOW\" export --for duckdb -o \(place) \"$A\"")
        #expect(result.status == 2 && result.errors.split(separator: "\n").count == 1)
        #expect(
            result.errors.contains("\(place): cannot be written: ") && result.errors.contains("; check the directory"))
    }
}
