import Foundation
import Testing

@testable import TraceFormat

@Suite struct PrintableTextTests {
    /// What would not be seen, or would change what is seen.
    static let escaped: [(UInt32, String)] = [
        (0x00, #"\x00"#), (0x0a, #"\x0a"#), (0x1b, #"\x1b"#), (0x7f, #"\x7f"#), (0x85, #"\u0085"#), (0x9b, #"\u009b"#),
        // Blanks that are no blank, and a hyphen that is not there.
        (0xa0, #"\u00a0"#), (0xad, #"\u00ad"#), (0x2003, #"\u2003"#), (0x3000, #"\u3000"#), (0x2800, #"\u2800"#),
        // Joiners, directions, separators of lines and paragraphs.
        (0x200b, #"\u200b"#), (0x200d, #"\u200d"#), (0x200e, #"\u200e"#), (0x202e, #"\u202e"#), (0x2066, #"\u2066"#),
        (0x061c, #"\u061c"#), (0x2028, #"\u2028"#), (0x2029, #"\u2029"#), (0x2060, #"\u2060"#), (0x2064, #"\u2064"#),
        // Fillers, variation selectors, the byte order mark, interlinear marks.
        (0x034f, #"\u034f"#), (0x115f, #"\u115f"#), (0x3164, #"\u3164"#), (0x180e, #"\u180e"#), (0xfe0f, #"\ufe0f"#),
        (0xfeff, #"\ufeff"#), (0xfff9, #"\ufff9"#), (0xffa0, #"\uffa0"#),
        // Musical marks, shorthand, tags, more selectors, private use, no characters.
        (0x1d173, #"\U0001d173"#), (0x1bca0, #"\U0001bca0"#), (0xe0001, #"\U000e0001"#), (0xe0061, #"\U000e0061"#),
        (0xe0100, #"\U000e0100"#), (0xe000, #"\ue000"#), (0x10fffd, #"\xf4\x8f\xbf\xbd"#), (0xffff, #"\uffff"#),
    ]

    @Test(arguments: escaped) func whatIsNotSeenIsShownByItsNumber(scalar: UInt32, shown: String) throws {
        let scalar = try #require(Unicode.Scalar(scalar))
        let text = "a" + String(scalar) + "b"
        #expect(printable(text.utf8) == "a\(shown)b")
    }

    @Test(arguments: ["io.dat", "/srv/Müller/日本.txt", "naïve – “…” ✓ ░ 𝒇", "é", "a b ~!'\"\\", "Ünï", ""])
    func whatIsSeenStays(text: String) {
        #expect(printable(text.utf8) == text)
        #expect(printable(text) == text)
    }

    @Test(
        arguments: [
            ([0x66, 0xff, 0x6f], #"f\xffo"#), ([0xc3], #"\xc3"#), ([0xe2, 0x80], #"\xe2\x80"#), ([0x80], #"\x80"#),
            // An overlong slash, a surrogate, beyond the last scalar.
            ([0xc0, 0xaf], #"\xc0\xaf"#), ([0xed, 0xa0, 0x80], #"\xed\xa0\x80"#), ([0xf5, 0x80], #"\xf5\x80"#),
            ([0x41, 0xc3, 0xa4, 0xa4], #"Aä\xa4"#),
        ] as [([UInt8], String)]) func whatIsNoTextIsShownAsBytes(bytes: [UInt8], shown: String)
    {
        #expect(printable(bytes) == shown)
    }

    /// For every scalar there is: what is printed has none that is not plain, and nothing is escaped twice.
    @Test func nothingInvisibleComesThrough() {
        let forbidden: Set<Unicode.GeneralCategory> = [.control, .format, .lineSeparator, .paragraphSeparator]
        for scalar in (0...0x10ffff).lazy.compactMap({ Unicode.Scalar(UInt32($0)) }) {
            let shown = printable(String(scalar).utf8)
            guard shown.unicodeScalars.count > 1 || shown.unicodeScalars.first != scalar else {
                #expect(!forbidden.contains(scalar.properties.generalCategory) && !scalar.properties.isBidiControl)
                #expect(!scalar.properties.isDefaultIgnorableCodePoint && !scalar.properties.isVariationSelector)
                continue
            }
            #expect(shown.utf8.allSatisfy { (0x21..<0x7f).contains($0) } && shown.hasPrefix("\\"))
            #expect(printable(shown) == shown)
        }
    }

    @Test func jsonStaysWhatItIs() throws {
        let text = "a\u{202e}b\u{e0041}c\u{ad}\n日本\u{1b}"
        let json = String(decoding: try JSONEncoder().encode([text]), as: UTF8.self)
        let shown = printableJSON("\n" + json)
        #expect(shown.hasPrefix(#"\#n["a\u202eb\udb40\udc41c\u00ad\n日本"#))
        #expect(try JSONDecoder().decode([String].self, from: Data(shown.utf8)) == [text])
        #expect(printableJSON("{\n  \"a\" : \"b\"\n}\n") == "{\n  \"a\" : \"b\"\n}\n")
    }
}

@Suite struct NamesAsTextTests {
    /// Any bytes at all, and more of those that look like text.
    @Test func bytesComeBackAsTheyWere() {
        var random = SystemRandomNumberGenerator()
        let pieces: [[UInt8]] = [
            [0xc3, 0xa4], [0xe2, 0x80], [0xf4, 0x8f, 0xbe, 0x80], [0xf4, 0x8f, 0xbf, 0xbf], [0xf4, 0x8f, 0xbd, 0xbf],
            Array("io".utf8), [0xff], [0xed, 0xa0, 0x80],
        ]
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0..<8, using: &random)).flatMap { _ in
                Bool.random(using: &random)
                    ? pieces.randomElement(using: &random)! : [UInt8.random(in: 1...255, using: &random)]
            }
            let text = RawString(bytes: bytes).text
            #expect(RawString(text).bytes == bytes, "\(bytes)")
            #expect(
                RawString(text).withCString { Array(String(cString: $0).utf8) }
                    == Array(String(decoding: bytes, as: UTF8.self).utf8))
        }
    }

    @Test func textStaysText() {
        for text in ["", "io.dat", "Müller/日本", "\u{e000}\u{10feff}"] {
            #expect(RawString(bytes: text.utf8).text == text && RawString(text).bytes == Array(text.utf8))
        }
    }

    /// Two names that a repair would make the same.
    @Test func differentBytesAreDifferentText() {
        #expect(RawString(bytes: [0xff]).text != RawString(bytes: [0xfe]).text)
        #expect(RawString(bytes: [0xff]).text != "\u{fffd}")
        #expect(printable(RawString(bytes: [0x61, 0xff]).text) == #"a\xff"#)
    }
}
