import Testing

@testable import GraphParser

@Suite struct SymbolTableTests {
    static let table = SymbolTable(
        kallsyms: Array(
            """
            ffffffffc0100000 t dm_mq_queue_rq\t[dm_mod]
            ffffffff81000100 T second
            ffffffff81000000 T first
            ffffffff81000000 T alias_of_first
            ffffffff81000080 D data
            ffffffff81000090 t __pfx_second
            ffffffff810000f0 t __cfi_second
            ffffffff810000f8 t $x
            0000000000000000 T hidden
            nonsense
            ffffffff81000200 t last.isra.0
            """.utf8))

    @Test(
        arguments: [
            (0xffff_ffff_8100_0000, "first"), (0xffff_ffff_8100_0004, "first"), (0xffff_ffff_8100_00ff, "first"),
            (0xffff_ffff_8100_0100, "second"), (0xffff_ffff_8100_0204, "last.isra.0"),
            (0xffff_ffff_c010_0004, "dm_mq_queue_rq [dm_mod]"), (0xffff_ffff_80ff_ffff, "-"), (0, "-"),
            (0xffff_ffff_9000_0000, "-"),
        ] as [(UInt64, String)])
    func findsTheNearestFunctionBelow(address: UInt64, expected: String) {
        let function = Self.table.function(at: address)
        #expect(function?.description ?? "-" == expected)
    }

    /// Sixteen lower-case digits are read eight at a time, all others one by one.
    @Test(
        arguments: [
            ("0123456789abcdef", 0x0123_4567_89ab_cdef), ("fedcba9876543210", 0xfedc_ba98_7654_3210),
            ("0123456789ABCDEF", 0x0123_4567_89ab_cdef), ("00000000C0DE0000", 0xc0de_0000), ("c0de", 0xc0de),
            ("0ffffffff81000000", 0xffff_ffff_8100_0000), ("1ffffffff81000000", nil), ("ffffffff8100000g", nil),
            ("ffffffff8100000/", nil), ("ffffffff8100000:", nil), ("ffffffff8100000`", nil),
            ("fffffff\u{7f}81000000", nil), ("ffffffff8100000\u{1}", nil),
        ] as [(String, UInt64?)])
    func addressesAreHexadecimal(text: String, address: UInt64?) {
        let table = SymbolTable(kallsyms: Array("\(text) t f\n".utf8))
        #expect(table.isEmpty == (address == nil))
        if let address { #expect(table.function(at: address)?.name == "f") }
    }

    @Test func hiddenAddressesMakeAnEmptyTable() {
        #expect(SymbolTable(kallsyms: Array("0000000000000000 T f\n0000000000000000 t g\n".utf8)).isEmpty)
    }

    /// Modules stand in the order in which they were loaded: the table is put in order, and aliases stay first come.
    @Test func aTableOutOfOrderIsPutInOrder() {
        let lines = (0..<500).flatMap { index in
            let address = 0xffff_ffff_c000_0000 + UInt64(index * 7919 % 500) * 16
            return ["\(String(address, radix: 16)) t first\(index)\t[m]\n", "\(String(address, radix: 16)) T alias\n"]
        }
        let table = SymbolTable(
            kallsyms: Array((lines + lines.map { $0.replacing("first", with: "late") }).joined().utf8))
        #expect(table.count == 500)
        for index in 0..<500 {
            let address = 0xffff_ffff_c000_0000 + UInt64(index * 7919 % 500) * 16
            #expect(table.function(at: address + 15)?.description == "first\(index) [m]")
        }
    }

    @Test(arguments: [1, 2, 3, 7, 64, 1000]) func piecesOfAnySizeGiveTheSameTable(size: Int) {
        let text = Array("ffffffff81000000 T first\nffffffff81000100 t second\t[dm_mod]\nffffffff81000200 W third".utf8)
        var builder = SymbolTable.Builder()
        for start in stride(from: 0, to: text.count, by: size) {
            builder.feed(text.span.extracting(start..<min(start + size, text.count)))
        }
        let table = SymbolTable(builder)
        #expect(
            [0xffff_ffff_8100_0000, 0xffff_ffff_8100_0104, 0xffff_ffff_8100_0200].map {
                table.function(at: $0)?.description
            } == ["first", "second [dm_mod]", "third"])
    }

    /// A line without an end must not be kept, and what follows it still counts.
    @Test func overlongLinesArePassedOver() {
        let long = "ffffffff81000000 T " + String(repeating: "x", count: 10_000) + "\n"
        let table = SymbolTable(kallsyms: Array((long + "ffffffff81000100 T short\n" + long.dropLast()).utf8))
        #expect(table.count == 1)
    }

    @Test func moreSymbolsThanAnyKernelHasAreSaid() {
        var builder = SymbolTable.Builder()
        let line = Array(" T f\n".utf8)
        for index in 1...((1 << 20) + 1) {
            let text = Array(String(index * 16, radix: 16).utf8) + line
            builder.feed(text.span)
        }
        #expect(builder.isCut)
        #expect(SymbolTable(builder).count == 1 << 20)
    }
}
