/// Resolves addresses with the kallsyms of the traced kernel.
///
/// What ftrace records is the call site inside the function (symbol + 4 on kernels with ENDBR), so an address belongs to
/// the nearest symbol at or below it.
struct SymbolTable {
    private struct Symbol {
        let address: UInt64
        /// Where the line's name begins in `text`.
        let name: Int
    }

    private let text: [UInt8]
    private let symbols: [Symbol]

    /// Farther than this from its symbol, an address belongs to no known function: none is that large.
    private static let largestFunction: UInt64 = 1 << 20

    /// True if no address is known, as in a kallsyms read without privileges.
    var isEmpty: Bool { symbols.isEmpty }

    /// - Parameter kallsyms: lines of `address type name`, and `[module]` behind a tab for modules.
    init(kallsyms: [UInt8]) {
        text = kallsyms
        var symbols: [Symbol] = []
        var start = 0
        while start < kallsyms.count {
            let end = kallsyms[start...].firstIndex(of: 0x0a) ?? kallsyms.count
            if let symbol = Self.symbol(kallsyms, start..<end) { symbols.append(symbol) }
            start = end + 1
        }
        // Stable by position: of several names for one address the kernel takes the first.
        symbols.sort { ($0.address, $0.name) < ($1.address, $1.name) }
        self.symbols = symbols
    }

    /// The function at `address`; nil if there is none near it.
    func function(at address: UInt64) -> Function? {
        var low = 0
        var high = symbols.count
        while low < high {
            let middle = (low + high) / 2
            if symbols[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0, address - symbols[low - 1].address <= Self.largestFunction else { return nil }
        let found = symbols[low - 1].address
        var first = low - 1
        while first > 0, symbols[first - 1].address == found { first -= 1 }
        return function(symbols[first])
    }

    private func function(_ symbol: Symbol) -> Function {
        let line = text[symbol.name...].prefix { $0 != 0x0a }
        let parts = line.split(whereSeparator: { $0 == 0x09 || $0 == space }).map(Array.init)
        guard let name = parts.first else { return Function(name: "(unnamed)", module: nil) }
        let module = parts.dropFirst().first.flatMap { $0.first == UInt8(ascii: "[") ? $0.dropFirst().dropLast() : nil }
        return Function(name: printable(name), module: module.map { printable($0) })
    }

    /// Functions only; a zero address means that the kernel hid it.
    private static func symbol(_ text: [UInt8], _ line: Range<Int>) -> Symbol? {
        var address: UInt64 = 0
        var index = line.lowerBound
        while index < line.upperBound, let digit = hexDigit(text[index]) {
            guard address >> 60 == 0 else { return nil }
            address = address << 4 | digit
            index += 1
        }
        guard address != 0, index + 3 < line.upperBound, text[index] == space, isCode(text[index + 1]),
            text[index + 2] == space
        else { return nil }
        // Padding in front of a function is not the function.
        let isPadding = text[(index + 3)..<line.upperBound].starts(with: "__pfx_".utf8)
        return isPadding ? nil : Symbol(address: address, name: index + 3)
    }

    private static func isCode(_ type: UInt8) -> Bool {
        switch type {
        case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "w"), UInt8(ascii: "W"): true
        default: false
        }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
