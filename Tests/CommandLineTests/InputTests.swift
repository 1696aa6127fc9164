import Foundation
import TestSupport
import Testing

/// Where traces come from: standard input in any state, and files that were compressed.
@Suite struct InputTests {
    private static let packers = ["gzip", "xz", "zstd", "zstd -19 --long=27"]

    /// Text and trace.dat; the name says nothing of what is in a file.
    @Test(arguments: ["6.1/io.txt", "6.1/io.dat"], packers)
    func aCompressedTraceIsReadAsItIs(fixture: String, packer: String) throws {
        let compressed = try TemporaryFile(try Shell.output("cat | \(packer) -c", input: try Fixtures.bytes(fixture)))
        let plain = try Program.run(["report", Fixtures.path(fixture)])
        let result = try Program.run(["report", compressed.path])
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(result.output.dropFirst(compressed.path.count) == plain.output.dropFirst(Fixtures.path(fixture).count))
        #expect(
            try Program.run(["tree", compressed.path]).output
                == (try Program.run(["tree", Fixtures.path(fixture)]).output))
        // From a file and from a pipe.
        let bytes = try Array(Data(contentsOf: URL(filePath: compressed.path)))
        let input = try Program.run(["report", "-"], input: bytes)
        #expect(input.output.dropFirst("standard input".count) == plain.output.dropFirst(Fixtures.path(fixture).count))
        let pipe = try Program.run(script: "cat '\(compressed.path)' | $DMFLOW report -")
        #expect(pipe.output == input.output)
    }

    @Test(arguments: ["6.1/io.txt", "6.1/io.dat"], ["gzip", "xz", "zstd"])
    func aCutCompressedTraceIsRefused(fixture: String, packer: String) throws {
        let compressed = try Shell.output("cat | \(packer) -c", input: try Fixtures.bytes(fixture))
        for count in [20, compressed.count / 2, compressed.count - 1] {
            let cut = try TemporaryFile(Array(compressed[..<count]))
            let result = try Program.run(["report", cut.path])
            #expect(result.status == 2 && result.output.isEmpty)
            #expect(
                result.errors.contains("is cut: its \(packer) data ends too early; get it whole"), "\(result.errors)")
        }
    }

    @Test func aDamagedCompressedTraceIsRefused() throws {
        var compressed = try Shell.output("cat | gzip -c", input: try Fixtures.bytes("6.1/io.txt"))
        compressed[compressed.count - 5] ^= 1
        let file = try TemporaryFile(compressed)
        let result = try Program.run(["report", file.path])
        #expect(result.status == 2 && result.errors.contains("its gzip data is damaged"), "\(result.errors)")
    }

    @Test func whatIsCompressedTwiceIsNotDecompressedTwice() throws {
        let compressed = try TemporaryFile(
            try Shell.output("cat | gzip -c | xz -c", input: try Fixtures.bytes("article/io.txt")))
        let result = try Program.run(["report", compressed.path])
        #expect(result.status == 2 && result.errors.contains("is compressed; decompress it first"), "\(result.errors)")
    }

    /// 256 MiB of one line, in a process that may not have as much memory: text passes through, whatever it decompresses to.
    @Test(arguments: ["gzip -1", "xz -0", "zstd"]) func aBombTakesNoMemory(packer: String) throws {
        let line = "(echo ' 0)   1.000 us    |  f();'; head -c 268435456 /dev/zero | tr '\\0' x)"
        let bomb = try TemporaryFile(try Shell.output("\(line) | \(packer) -c", input: []))
        let result = try Program.run(script: "ulimit -v 240000; $DMFLOW report '\(bomb.path)'")
        #expect(result.status == 0 && result.output.contains("NOT UNDERSTOOD: 1 of 2 records"), "\(result.errors)")
    }

    @Test func aCompressedTraceThatAsksForMuchMemoryIsRefused() throws {
        let compressed = try TemporaryFile(
            try Shell.output("cat | xz --lzma2=dict=256MiB -c", input: try Fixtures.bytes("article/io.txt")))
        let result = try Program.run(["report", compressed.path])
        #expect(result.status == 2 && result.errors.contains("more than 128 MiB of memory"), "\(result.errors)")
        #expect(result.errors.contains("unxz"))
    }

    // MARK: Standard input

    /// As `{ read …; dmflow report -; } < FILE` leaves it.
    @Test(arguments: ["6.1/io.txt", "6.1/io.dat"]) func standardInputIsReadFromWhereItStands(fixture: String) throws {
        let lines = "something that somebody has read\n".utf8
        for packer in ["cat", "gzip -c"] {
            let trace = try Shell.output(packer, input: try Fixtures.bytes(fixture))
            let file = try TemporaryFile(Array(lines) + trace)
            let skip = "dd bs=\(lines.count) count=1 of=/dev/null 2>/dev/null"
            let result = try Program.run(script: "{ \(skip); $DMFLOW report -; } < '\(file.path)'")
            let plain = try Program.run(["report", Fixtures.path(fixture)])
            #expect(result.status == 0, "\(result.errors)")
            #expect(
                result.output.dropFirst("standard input".count) == plain.output.dropFirst(Fixtures.path(fixture).count))
        }
    }

    @Test func standardInputThatHasBeenReadIsEmpty() throws {
        let script = "{ cat >/dev/null; $DMFLOW report -; } < '\(Fixtures.path("article/io.txt"))'"
        let result = try Program.run(script: script)
        #expect(result.status == 2 && result.errors.contains("standard input: is empty"), "\(result.errors)")
        // Somebody has gone behind its end.
        let behind = "{ truncate -s 10 /dev/stdin; $DMFLOW report -; }"
        let file = try TemporaryFile(try Fixtures.bytes("article/io.txt"))
        let cut = try Program.run(script: "{ cat >/dev/null; \(behind); } <> '\(file.path)'")
        #expect(cut.status == 2 && cut.errors.contains("standard input: is empty"), "\(cut.errors)")
    }

    /// The name in /dev is a file's own, from its beginning, or what it is.
    @Test func aNameIsReadFromItsBeginning() throws {
        let path = Fixtures.path("article/io.txt")
        let script = "{ dd bs=100 count=1 of=/dev/null 2>/dev/null; $DMFLOW report /dev/stdin; } < '\(path)'"
        let result = try Program.run(script: script)
        #expect(
            result.output.dropFirst("/dev/stdin".count)
                == (try Program.run(["report", path]).output.dropFirst(path.count)))
    }

    @Test(arguments: ["", "/tmp", "/var/tmp"]) func aPipeIsCopiedWhereItIsSaid(directory: String) throws {
        let script = "cat '\(Fixtures.path("article/io.txt"))' | $DMFLOW report -"
        let result = try Program.run(script: script, environment: ["TMPDIR": directory])
        #expect(result.status == 0 && result.output.hasPrefix("standard input:\n  text"), "\(result.errors)")
    }
}
