/// The symbols of code in /proc/kallsyms, in its form.
struct CodeSymbols {
    private struct Symbol {
        let address: UInt64
        let line: Range<Int>
    }

    private let kallsyms: [UInt8]
    /// In the order of the file.
    private let symbols: [Symbol]

    /// Lines whose type says code: `t`, `T`, `w` or `W`. Data would be half of every trace file.
    init(kallsyms: [UInt8]) {
        var symbols: [Symbol] = []
        symbols.reserveCapacity(kallsyms.count / 45)
        var start = 0
        while start < kallsyms.count {
            let end = kallsyms[start...].firstIndex(of: UInt8(ascii: "\n")) ?? kallsyms.count
            let line = kallsyms[start..<end]
            // `ffffffff81000000 T name`
            if let blank = line.firstIndex(of: UInt8(ascii: " ")), blank + 1 < end,
                "tTwW".utf8.contains(kallsyms[blank + 1])
            {
                symbols.append(Symbol(address: Self.hexadecimal(line[..<blank]), line: start..<end))
            }
            start = end + 1
        }
        self.kallsyms = kallsyms
        self.symbols = symbols
    }

    /// The number in up to 16 digits, of which the kernel writes no others.
    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt64 {
        digits.reduce(0) { number, digit in
            // '0' to '9' end with their value, 'a' to 'f' and 'A' to 'F' with theirs less 9.
            (number << 4 | UInt64(digit & 0xf)) &+ (digit > UInt8(ascii: "9") ? 9 : 0)
        }
    }

    /// All of them, a line each.
    var text: [UInt8] { text(of: symbols.indices) }

    /// Those that name these addresses: the last at or before each, under all of its names, and the next one behind it, where it
    /// ends. Readers that look for the nearest symbol before an address find the same as among all.
    func text(naming addresses: some Sequence<UInt64>) -> [UInt8] {
        let order = symbols.indices.sorted { (symbols[$0].address, $0) < (symbols[$1].address, $1) }
        var kept: Set<Int> = []
        for address in addresses {
            // The first that is behind the address.
            let behind = order.firstPosition { symbols[$0].address > address }
            guard behind > 0 else { continue }
            let nearest = symbols[order[behind - 1]].address
            kept.formUnion(order[..<behind].reversed().prefix { symbols[$0].address == nearest })
            guard behind < order.count else { continue }
            let next = symbols[order[behind]].address
            kept.formUnion(order[behind...].prefix { symbols[$0].address == next })
        }
        return text(of: kept.sorted())
    }

    private func text(of kept: some Collection<Int>) -> [UInt8] {
        var text: [UInt8] = []
        for index in kept {
            text.append(contentsOf: kallsyms[symbols[index].line])
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }
}

extension RandomAccessCollection where Index == Int {
    /// The first position from which on it holds, where it holds for all behind one of them; the end if for none.
    fileprivate func firstPosition(where holds: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
