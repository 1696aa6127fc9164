import Testing
import TraceFormat

@testable import dmflow

/// Arguments are bytes, and stay what they were.
@Suite struct RawArgumentsTests {
    @Test(
        arguments: [
            [], Array("trace.dat".utf8), Array("übung-磁盘-🛰.dat".utf8), [0xff], [0x61, 0x80, 0x62],
            // Cut characters, one that is written too long, half of a pair, and one beyond the last.
            [0xc3], [0xe7, 0xa3], [0xf0, 0x9f, 0x9b], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
            // The last character that is kept, and those that stand for bytes.
            Array("\u{10FEFF}".utf8), Array("\u{10FF00}".utf8), Array("\u{10FF61}".utf8), Array("\u{10FFFF}".utf8),
        ] as [[UInt8]])
    func everyByteIsKept(bytes: [UInt8]) {
        #expect(RawString(RawArguments.encode(bytes)).bytes == bytes)
    }

    @Test func allPairsAndTriplesOfTellingBytesAreKept() {
        let telling: [UInt8] = [0x01, 0x2d, 0x7f, 0x80, 0xbf, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xff]
        for first in telling {
            for second in telling {
                for third in telling {
                    let bytes = [first, second, third, first]
                    #expect(RawString(RawArguments.encode(bytes)).bytes == bytes)
                }
            }
        }
    }

    /// What is UTF-8 stays as it is, so that the parser knows options and commands.
    @Test func textIsLeftAsItIs() {
        #expect(RawArguments.encode(Array("--output=übung".utf8)) == "--output=übung")
    }
}
