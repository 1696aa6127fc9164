import FoundationEssentials
import Testing
import TraceFormat

@Suite struct RawStringTests {
    @Test(
        arguments: [
            ([], ""), (Array("übung".utf8), "übung"), ([0x61, 0xff, 0x62], "a\\xffb"), ([0xc3], "\\xc3"),
            ([0x05], "\\x05"), ([0xe7, 0xa3, 0x41], "\\xe7\\xa3A"),
        ] as [([UInt8], String)])
    func messagesShowWhatIsNoText(bytes: [UInt8], shown: String) throws {
        let string = RawString(bytes: bytes)
        #expect(string.description == shown)
        // A journal keeps it.
        #expect(try JSONDecoder().decode(RawString.self, from: JSONEncoder().encode(string)) == string)
        #expect(
            string.withCString { Array(UnsafeBufferPointer(start: $0, count: bytes.count + 1)) }
                == bytes.map { CChar(bitPattern: $0) } + [0])
    }

    /// Once, a journal had strings only.
    @Test func aStringOfAJournalIsRead() throws {
        #expect(try JSONDecoder().decode(RawString.self, from: Data(#""/run/x""#.utf8)) == "/run/x")
    }

    @Test func theSystemEndsAtTheFirstNUL() {
        #expect(RawString("a\u{0}b") == "a")
    }

    @Test(
        arguments: [
            ("a", "", "a"), ("/a", "/", "a"), ("b/a", "b/", "a"), ("/c/b/", "/c/b/", ""), ("", "", ""),
        ] as [(RawString, RawString, RawString)])
    func pathsHaveParts(path: RawString, directory: RawString, name: RawString) {
        #expect(path.parts.directory == directory && path.parts.name == name)
    }
}
