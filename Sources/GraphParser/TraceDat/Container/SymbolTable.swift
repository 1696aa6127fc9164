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
        let parts = text.split(maxSplits: 1, whereSeparator: { $0 == 0x09 || $0 == space })
        guard let name = parts.first else { return Function(name: "(unnamed)", module: nil) }
        let rest = parts.count > 1 ? parts[1].prefix { $0 != 0x09 && $0 != space } : []
        let module = rest.first == UInt8(ascii: "[") ? printable(rest.dropFirst().dropLast()) : nil
        return Function(name: printable(name), module: module)
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
            // Half of kallsyms is data: seen first where the address has its usual width.
            if line.count > 17 && line[16] == space && !isCode(line[17]) { return }
            // A zero address means that the kernel hid it.
            guard let (address, index) = Self.address(line), address != 0, index + 3 < line.count,
                line[index] == space, isCode(line[index + 1]), line[index + 2] == space
            else { return }
            let name = line.extracting((index + 3)..<line.count)
            if name.count <= Self.maxNameSize && !isPadding(name) { keep(address, name) }
        }

        /// The address with which a line begins, and where it ends; nil if it has more than 64 bits.
        private static func address(_ line: Span<UInt8>) -> (value: UInt64, end: Int)? {
            if line.count > 16, let high = hexadecimal(line.bytes.word(0)), let low = hexadecimal(line.bytes.word(8)),
                hexDigit(line[16]) == nil
            {
                return (high << 32 | low, 16)
            }
            var address: UInt64 = 0
            var index = 0
            while index < line.count, let digit = hexDigit(line[index]) {
                guard address >> 60 == 0 else { return nil }
                address = address << 4 | digit
                index += 1
            }
            return (address, index)
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

/// What stands in front of a function, or in place of it, and is never what was called.
private func isPadding(_ name: Span<UInt8>) -> Bool {
    switch name[0] {
    case UInt8(ascii: "_"): name.starts(with: "__pfx_") || name.starts(with: "__cfi_")
    // Marks between code and data on ARM.
    case UInt8(ascii: "$"): true
    default: false
    }
}

private func isCode(_ type: UInt8) -> Bool {
    switch type {
    case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "w"), UInt8(ascii: "W"): true
    default: false
    }
}

/// The value of eight hexadecimal digits, as the kernel prints them; nil if not all are that.
@inline(__always)
private func hexadecimal(_ digits: UInt64) -> UInt64? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // A letter has the bit that no digit has, and counts from 10 on.
    let values = (digits & (0x0f &* ones)) &+ (digits >> 6 & ones) &* 9
    let areLetters = (values &+ 6 &* ones) >> 4 & ones
    guard values & (0xf0 &* ones) == 0, values &+ 0x30 &* ones &+ areLetters &* 0x27 == digits else { return nil }
    // Pairs of digits, then of pairs, then of fours.
    let nibbles = values.byteSwapped
    let pairs = (nibbles | nibbles >> 4) & 0x00ff_00ff_00ff_00ff
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff
    return (fours | fours >> 16) & 0xffff_ffff
}

@inline(__always)
private func hexDigit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
}

extension Span<UInt8> {
    fileprivate func starts(with prefix: StaticString) -> Bool {
        guard count >= prefix.utf8CodeUnitCount else { return false }
        return prefix.withUTF8Buffer { expected in expected.indices.allSatisfy { self[$0] == expected[$0] } }
    }
}
