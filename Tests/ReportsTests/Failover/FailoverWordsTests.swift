import Testing

@testable import Reports

/// Words and numbers of failovers.
@Suite struct FailoverWordsTests {
    @Test(
        arguments: [
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "::1"), ([UInt8](repeating: 0, count: 16), "::"),
            ([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "2001:db8::1"),
            ([0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], "2001:db8:0:1:1:1:1:1"),
            ([0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1], "1::1:1:0:0:1"),
            ([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0xa, 0, 0, 0, 0, 0, 0, 0], "fe80::a00:0:0:0"),
        ] as [([UInt8], String)]) func addressesAreShortened(bytes: [UInt8], text: String)
    {
        #expect(Portal.text(version6: bytes) == text)
    }

    @Test(
        arguments: [
            (0, "1970-01-01 00:00:00.000 UTC", "00:00:00.0 UTC"),
            (951_782_399_999_999_999, "2000-02-28 23:59:59.999 UTC", "23:59:59.9 UTC"),
            (951_782_400_000_000_000, "2000-02-29 00:00:00.000 UTC", "00:00:00.0 UTC"),
            (1_709_251_199_050_000_000, "2024-02-29 23:59:59.050 UTC", "23:59:59.0 UTC"),
            (1_795_737_600_000_000_000, "2026-11-27 00:00:00.000 UTC", "00:00:00.0 UTC"),
            (4_107_542_400_000_000_000, "2100-03-01 00:00:00.000 UTC", "00:00:00.0 UTC"),
        ] as [(UInt64, String, String)]) func timesOfDayAreRight(ns: UInt64, full: String, short: String)
    {
        #expect(TimeOfDay(ns).full == full && TimeOfDay(ns).seconds == short)
    }

    @Test(
        arguments: [
            (0, "0 ns"), (999, "999 ns"), (1000, "1 us"), (999_999, "999 us"), (1_000_000, "1.0 ms"),
            (99_940_000, "99.9 ms"), (100_000_000, "0.1 s"), (5_000_000_000, "5 s"), (5_040_000_000, "5.0 s"),
            (120_000_000_000, "120 s"), (.max, "18446744073.7 s"),
        ] as [(UInt64, String)]) func secondsAreShort(ns: UInt64, text: String)
    { #expect(Figures.seconds(ns) == text) }

    @Test func offsetsHaveASign() {
        #expect(Figures.offset(1_500_000_000, from: 1_000_000_000) == "+0.500")
        #expect(Figures.offset(1_000_000_000, from: 1_018_900_000) == "-0.018")
        #expect(Figures.offset(3_050_000_000, from: 0, digits: 1) == "+3.0")
        #expect(Figures.exactSeconds(60_925_000_000) == "60.925 s")
    }

    @Test(
        arguments: [
            (0x70 | 0x06 << 16, 0x29, "06/29/00: power on, or reset"),
            (0x72 | 0x02 << 8 | 0x04 << 16 | 0x0a << 24, 0, "02/04/0a: the port group is in transition"),
            (0xf0 | 0x03 << 16, 0x11, "03/11/00: medium error"), (0x70 | 0x01 << 16, 0x5d, "01/5d/00"), (0, 0, nil),
            (0x71 << 8, 0, nil),
        ] as [(UInt64, UInt32, String?)]) func senseDataIsRead(head: UInt64, code: UInt32, text: String?)
    {
        #expect(SenseCode(head: head, code: code)?.description == text)
    }

    @Test func linesAreWrappedAtTheWidth() {
        let text = Style.plain.broken(String(repeating: "abcd ", count: 40), indent: 2, hanging: 4)
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 } && lines.dropFirst().allSatisfy { $0.hasPrefix("    abcd") })
        #expect(lines.count == 3 && lines[0].count == 76)
        // What has no blank is broken.
        let long = String(repeating: "x", count: 100)
        #expect(Style.plain.broken("a \(long)", hanging: 0) == "a\n\(long.prefix(80))\n\(long.prefix(20))")
    }
}
