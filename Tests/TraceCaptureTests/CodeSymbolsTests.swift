import Testing

@testable import TraceCapture

@Suite struct CodeSymbolsTests {
    private static let table = """
        ffffffff81000000 T _stext
        ffffffff81000010 t first
        ffffffff81000010 t also_first
        ffffffff81000018 D data
        ffffffff81000020 t second
        ffffffff81000030 T third
        ffffffffc0000000 t in_module\t[dm_mod]
        ffffffffc0000040 t last\t[dm_mod]

        """

    private func kept(_ addresses: UInt64...) -> [String] {
        let text = CodeSymbols(kallsyms: Array(Self.table.utf8)).text(naming: addresses)
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map {
            String($0.split(separator: " ")[2].split(separator: "\t")[0])
        }
    }

    @Test func aFunctionIsKeptUnderAllItsNamesAndWithItsEnd() {
        #expect(kept() == [])
        #expect(kept(0xffff_ffff_8100_0010) == ["first", "also_first", "second"])
        // Behind its beginning, where kernels with ENDBR have the tracer's call.
        #expect(kept(0xffff_ffff_8100_0014) == ["first", "also_first", "second"])
        #expect(kept(0xffff_ffff_8100_001f) == ["first", "also_first", "second"])
        #expect(kept(0xffff_ffff_8100_0020) == ["second", "third"])
        #expect(kept(0xffff_ffff_c000_0040) == ["last"])
        #expect(kept(0xffff_ffff_c000_0040, 0xffff_ffff_8100_0000) == ["_stext", "first", "also_first", "last"])
        #expect(kept(0xffff_ffff_80ff_ffff, 0, .max) == ["last"])
    }

    /// Whatever the addresses, those that are asked for have the names that they have among all.
    @Test(arguments: 0..<50) func namesAreWhatTheyAreAmongAll(seed: UInt64) {
        var random = Generator(state: seed)
        // Few addresses for many symbols: some have several names, and the file is not in their order.
        let symbols = (0..<200).map { ($0, UInt64.random(in: 1..<150, using: &random)) }
        let table = symbols.map { "\(String($0.1, radix: 16)) t f\($0.0)\n" }.joined()
        let all = CodeSymbols(kallsyms: Array(table.utf8))
        let asked = (0..<Int.random(in: 0..<20, using: &random)).map { _ in UInt64.random(in: 0..<200, using: &random) }
        let kept = Self.table(all.text(naming: asked))
        for address in asked { #expect(Self.names(of: address, in: kept) == Self.names(of: address, in: symbols)) }
        #expect(kept.count <= symbols.count)
    }

    private static func table(_ text: [UInt8]) -> [(Int, UInt64)] {
        String(decoding: text, as: UTF8.self).split(separator: "\n").map { line in
            let fields = line.split(separator: " ")
            return (Int(fields[2].dropFirst())!, UInt64(fields[0], radix: 16)!)
        }
    }

    /// The names of the last symbol at or before an address, and where the next one begins.
    private static func names(of address: UInt64, in table: [(Int, UInt64)]) -> [UInt64] {
        guard let begin = table.map(\.1).filter({ $0 <= address }).max() else { return [] }
        let end = table.map(\.1).filter { $0 > address }.min() ?? .max
        return [end] + table.filter { $0.1 == begin }.map { UInt64($0.0) }
    }

    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        /// SplitMix64.
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }
}
