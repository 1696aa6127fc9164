import FoundationEssentials
import Testing
import TraceFormat

@testable import Reports

@Suite struct JSONBytesTests {
    static let texts = [
        "", "dm_mq_queue_rq", "a\"b\\c", "</script><b>&amp;", "tab\tnew\nline", "\u{202e}right to left", "naïve 多路径",
        "\u{1F4BE}", "\u{e0041}tag", "\u{0}\u{1b}[31m",
    ]

    @Test(arguments: texts) func aStringIsReadBackAsItWas(text: String) throws {
        var bytes: [UInt8] = []
        bytes.appendJSON(text)
        #expect(try JSONDecoder().decode(String.self, from: Data(bytes)) == text)
        let written = String(decoding: bytes, as: UTF8.self)
        #expect(!written.contains("<") && !written.contains("&"))
        #expect(written.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.properties.generalCategory != .format })
    }

    @Test func numbersAreExact() {
        var bytes: [UInt8] = []
        bytes.appendJSON(UInt64.max)
        bytes.appendJSON(raw: ",")
        bytes.appendJSON(Int?.none)
        bytes.appendJSON(raw: ",")
        bytes.appendJSON(Int64.min)
        #expect(String(decoding: bytes, as: UTF8.self) == "18446744073709551615,null,-9223372036854775808")
    }
}

@Suite struct CaptureNameTests {
    @Test func theNameTellsTimeAndBoot() {
        var identity = TraceIdentity()
        (identity.boot, identity.startNs) = ("1f2e3d4c-0000-4000-8000-000000000000", 1_795_953_045_000_000_007)
        let name = CaptureName(identity, path: "/somewhere/io.dat")
        #expect(name.capture == "20261129T115045.000000007Z-1f2e3d4c")
    }

    @Test(arguments: [("/tmp/io.dat", "io.dat"), ("-", "-"), ("", "-"), ("/", "-")])
    func withoutThemItIsTheFiles(path: String, expected: String) {
        #expect(CaptureName(TraceIdentity(), path: path).capture == expected)
    }
}
