import TraceFormat

/// Resolves addresses with the kallsyms of the traced kernel.
///
/// What ftrace records is the call site inside the function (symbol + 4 on kernels with ENDBR), so an address belongs to
/// the nearest symbol at or below it. Of several names for one address the first in kallsyms counts, as for the kernel when
/// it prints a trace: so text and trace.dat agree.
struct SymbolTable: Sendable {
    struct Symbol: Sendable {
        let address: UInt64
        /// Where the name begins in `names`.
        let name: UInt32
        /// Bytes of the name, and of the module behind it.
        let length: UInt16
    }

    private let symbols: [Symbol]
    /// The rests of the lines, from the name on.
    private let names: [UInt8]
    /// There were more symbols than are kept.
    let isCut: Bool

    /// Farther than this from its symbol, an address belongs to no known function: none is that large.
    private static let maxFunctionSize: UInt64 = 1 << 20

    /// True if no address is known, as in a kallsyms read without privileges.
    var isEmpty: Bool { symbols.isEmpty }

    /// Number of distinct addresses.
    var count: Int { symbols.count }

    static let none = SymbolTable(kallsyms: [])

    init(kallsyms: [UInt8]) {
        var builder = Builder()
        builder.feed(kallsyms.span)
        self.init(builder)
    }

    init(_ builder: consuming Builder) {
        (symbols, names) = builder.finish()
        isCut = builder.isCut
    }

    /// The function at `address`; nil if there is none near it.
    func function(at address: UInt64) -> Function? {
        var low = 0
        var high = symbols.count
        while low < high {
            let middle = (low + high) / 2
            if symbols[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0, address - symbols[low - 1].address <= Self.maxFunctionSize else { return nil }
        return function(symbols[low - 1])
    }

    private func function(_ symbol: Symbol) -> Function {
        let text = names[Int(symbol.name)..<(Int(symbol.name) + Int(symbol.length))]
        let (name, module) = SymbolLine.split(text)
        return Function(name: name ?? "(unnamed)", module: module)
    }
}

extension SymbolTable {
    /// Takes kallsyms in pieces and keeps of it what names functions: the text of a large kernel has 20 MB.
    struct Builder {
        private var lines = LineSplitter()
        private var kept = Kept()

        /// True if `maxSymbols` or `maxNameBytes` was reached: more than any kernel has.
        var isCut: Bool { kept.isCut }

        mutating func feed(_ piece: Span<UInt8>) {
            lines.feed(piece) { kept.add($0) }
        }

        mutating func finish() -> ([Symbol], [UInt8]) {
            lines.finish { kept.add($0) }
            kept.order()
            return (kept.symbols, kept.names)
        }
    }

    private struct Kept {
        var symbols: [Symbol] = []
        var names: [UInt8] = []
        var isCut = false
        private var isOrdered = true

        private static let maxSymbols = 1 << 20
        private static let maxNameBytes = 32 << 20
        /// A symbol has up to 512 bytes, a module 64.
        private static let maxNameSize = 1024

        /// Keeps a line `address type name`, `[module]` behind a tab, if it names a function.
        mutating func add(_ line: Span<UInt8>) {
            // A zero address means that the kernel hid it.
            guard let symbol = SymbolLine(line), symbol.address != 0 else { return }
            let name = line.extracting(symbol.names)
            if name.count <= Self.maxNameSize && !SymbolLine.isPadding(name) { keep(symbol.address, name) }
        }

        private mutating func keep(_ address: UInt64, _ name: Span<UInt8>) {
            // In one run of names for an address, the first is the one that counts.
            if let last = symbols.last {
                if last.address == address { return }
                isOrdered = isOrdered && last.address < address
            }
            guard symbols.count < Self.maxSymbols, names.count + name.count <= Self.maxNameBytes else {
                isCut = true
                return
            }
            symbols.append(Symbol(address: address, name: UInt32(names.count), length: UInt16(name.count)))
            name.withUnsafeBufferPointer { names.append(contentsOf: $0) }
        }

        /// Modules stand behind the kernel in the order in which they were loaded, and their symbols in that of their files.
        mutating func order() {
            if isOrdered { return }
            symbols.sort { ($0.address, $0.name) < ($1.address, $1.name) }
            var count = 0
            for symbol in symbols where count == 0 || symbols[count - 1].address != symbol.address {
                symbols[count] = symbol
                count += 1
            }
            symbols.removeLast(symbols.count - count)
        }
    }
}
