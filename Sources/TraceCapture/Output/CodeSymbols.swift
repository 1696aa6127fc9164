import TraceFormat

/// The symbols of code in /proc/kallsyms, in its form.
struct CodeSymbols {
    private struct Symbol {
        let address: UInt64
        let line: Range<Int>
    }

    /// All of them, a line each.
    private(set) var text: [UInt8] = []
    /// In the order of the file.
    private var symbols: [Symbol] = []

    /// Keeps the lines of code, see ``SymbolLine``. Data would be half of every trace file.
    init(kallsyms: [UInt8]) {
        text.reserveCapacity(kallsyms.count / 2)
        symbols.reserveCapacity(kallsyms.count / 90)
        var lines = LineSplitter()
        lines.feed(kallsyms.span) { add($0) }
        lines.finish { add($0) }
    }

    private mutating func add(_ line: Span<UInt8>) {
        guard let symbol = SymbolLine(line) else { return }
        let start = text.count
        line.withUnsafeBufferPointer { text.append(contentsOf: $0) }
        symbols.append(Symbol(address: symbol.address, line: start..<text.count))
        text.append(UInt8(ascii: "\n"))
    }

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
        var part: [UInt8] = []
        for index in kept {
            part.append(contentsOf: text[symbols[index].line])
            part.append(UInt8(ascii: "\n"))
        }
        return part
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
