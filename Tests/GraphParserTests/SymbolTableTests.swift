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

    @Test func hiddenAddressesMakeAnEmptyTable() {
        #expect(SymbolTable(kallsyms: Array("0000000000000000 T f\n0000000000000000 t g\n".utf8)).isEmpty)
    }
}
