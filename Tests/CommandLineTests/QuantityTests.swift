import Testing

@testable import dmflow

@Suite struct QuantityTests {
    @Test(
        arguments: [
            ("500ms", 500_000_000), ("10s", 10_000_000_000), ("2m", 120_000_000_000), ("2min", 120_000_000_000),
            ("1h", 3_600_000_000_000), ("0.5s", 500_000_000), (".5s", 500_000_000), ("250us", 250_000),
            ("250 µs", 250_000),
            ("7ns", 7), ("1e3ms", 1_000_000_000), ("1.5E-3 s", 1_500_000), ("10 S", 10_000_000_000),
            ("5.", 5_000_000_000),
            // A bare number.
            ("10", 10_000_000_000), ("0.000000001", 1), ("1e9", 1_000_000_000_000_000_000),
            ("3999999999", 3_999_999_999_000_000_000),
        ] as [(String, UInt64)])
    func times(text: String, nanoseconds: UInt64) throws {
        #expect(try Quantity.seconds(text) == nanoseconds)
    }

    @Test(arguments: [
        "", "s", "-1s", "0s", "0", "1d", "nan", "nans", "inf", "infs", "1e300s", "10 m s", "10  s", " 10s", "10s ",
        "1,5s", "0x10",
        "1.2.3s", "1e", "e3", ".", ".s", "4000000000", "0.4ns", "١s", "1s2", "+1s", "10 ",
    ]) func noTimes(text: String) {
        #expect(throws: BadQuantity.self) { try Quantity.seconds(text) }
    }

    @Test func theBareUnitIsTheOptions() throws {
        #expect(try Quantity.microsecondsOrNone("1.5") == 1500)
        #expect(try Quantity.microsecondsOrNone("1ms") == 1_000_000)
        #expect(try Quantity.microsecondsOrNone("0") == 0)
        #expect(try Quantity.secondsOrNone("0ms") == 0)
        #expect(try Quantity.kibibytes("16384") == 16 << 20)
        #expect(try Quantity.kibibytes("16M") == 16 << 20)
        #expect(try Quantity.kibibytes("1B") == 1)
    }

    @Test(
        arguments: [
            ("500", 500), ("500K", 512_000), ("2g", 2 << 30), ("1T", 1 << 40), ("16MiB", 16 << 20),
            ("500MB", 500_000_000),
            ("1.5G", 3 << 29), ("1 kB", 1000), ("1kib", 1024), ("7B", 7), ("0.5K", 512), ("1e3", 1000),
            ("9007199254740993", 9_007_199_254_740_993), ("3.9e18", 3_900_000_000_000_000_000),
        ] as [(String, Int)])
    func sizes(text: String, bytes: Int) throws {
        #expect(try Quantity.bytes(text) == bytes)
    }

    @Test(arguments: [
        "", "0", "-1", "K", "9999999999T", "5  M", "1P", "1Mi", "1MBit", "0.4", "4000000000000000000",
        "99999999999999999999",
        "1e19", "1,5M", "M5",
    ]) func noSizes(text: String) {
        #expect(throws: BadQuantity.self) { try Quantity.bytes(text) }
    }

    @Test(arguments: [("5%", 0.05), ("0.5 %", 0.005), ("0%", 0), ("100%", 1), ("1e1%", 0.1)])
    func shares(text: String, share: Double) throws {
        #expect(try Quantity.share(text) == share)
    }

    @Test(arguments: ["", "5", "0.05", "%", "101%", "-1%", "nan%", "5%%"])
    func noShares(text: String) {
        #expect(throws: BadQuantity.self) { try Quantity.share(text) }
    }
}
