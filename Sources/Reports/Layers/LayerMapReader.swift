import TraceFormat

/// Reads the text of a layer map, or of a user's and the built-in one behind it.
///
/// Works on bytes: characters, with all that Unicode says of them, would take longer than reading a short trace.
struct LayerMapReader {
    /// In the order in which the text names them first, without `other`.
    private(set) var layers: [String] = []
    /// Colours by layer, as numbers of SGR; the first that a text names counts.
    private(set) var colors: [String: String] = [:]
    /// Rules for the names of modules, in brackets in the text.
    private(set) var modules = LayerRules()
    /// Rules for the names of functions that are built in.
    private(set) var names = LayerRules()
    /// A line `only` was read.
    private(set) var replaces = false

    /// What no rule names, or one of the user's names so.
    static let other = "other"

    private var numbers: [String: Int] = [:]

    /// - Parameters:
    ///   - text: lines `LAYER=COLOUR [module] name …`, with comments behind `#`; the colour may be left out.
    ///   - path: for messages.
    mutating func read(_ text: [UInt8], path: String) throws(LayerMapError) {
        let text = text.span
        var start = 0
        var number = 0
        while start < text.count {
            let end = Self.end(in: text, from: start) { $0 == 0x0a }
            number += 1
            do throws(Problem) {
                try read(line: text.extracting(start..<end))
            } catch {
                throw LayerMapError(path: path, line: number, problem: error.text)
            }
            start = end + 1
        }
    }

    private struct Problem: Error { let text: String }

    private mutating func read(line: Span<UInt8>) throws(Problem) {
        let line = line.extracting(0..<Self.end(in: line, from: 0) { $0 == UInt8(ascii: "#") })
        guard let first = Self.word(line, from: 0) else { return }
        let equals = first.first { line[$0] == UInt8(ascii: "=") } ?? first.upperBound
        let name = Self.text(line, first.lowerBound..<equals)
        guard var word = Self.word(line, from: first.upperBound) else {
            if name == "only" {
                replaces = true
                return
            }
            throw Problem(text: "layer '\(name)' without patterns")
        }
        guard equals > first.lowerBound, (first.lowerBound..<equals).allSatisfy({ Self.isOfName(line[$0]) }) else {
            throw Problem(text: "'\(name)' is no name for a layer")
        }
        if equals < first.upperBound { try addColor(line.extracting((equals + 1)..<first.upperBound), of: name) }
        let layer = number(of: name)
        while true {
            try add(line.extracting(word), layer: layer)
            guard let next = Self.word(line, from: word.upperBound) else { return }
            word = next
        }
    }

    private mutating func addColor(_ word: Span<UInt8>, of layer: String) throws(Problem) {
        let text = Self.text(word, 0..<word.count)
        let isColor = word.indices.allSatisfy { word[$0] == UInt8(ascii: ";") || isDigit(word[$0]) }
        guard isColor, !word.isEmpty, word.count <= 16 else {
            throw Problem(text: "'\(text)' is no colour, such as 32 or 1;34 or 38;5;173")
        }
        if colors[layer] == nil { colors[layer] = text }
    }

    /// - Parameter word: a pattern, in brackets if it is one of modules.
    private mutating func add(_ word: Span<UInt8>, layer: Int?) throws(Problem) {
        guard word[0] == UInt8(ascii: "[") else { return names.add(word, layer: layer) }
        guard word[word.count - 1] == UInt8(ascii: "]"), word.count > 2 else {
            throw Problem(text: "module '\(Self.text(word, 0..<word.count))' is not closed")
        }
        modules.add(word.extracting(1..<(word.count - 1)), layer: layer)
    }

    /// nil for `other`, which is no layer like others.
    private mutating func number(of name: String) -> Int? {
        if name == Self.other { return nil }
        if let known = numbers[name] { return known }
        layers.append(name)
        numbers[name] = layers.count - 1
        return layers.count - 1
    }

    // MARK: Words

    /// The next word from `start` on; nil if there is none.
    private static func word(_ line: Span<UInt8>, from start: Int) -> Range<Int>? {
        let first = end(in: line, from: start) { !isBlank($0) }
        guard first < line.count else { return nil }
        return first..<end(in: line, from: first, where: isBlank)
    }

    private static func end(in text: Span<UInt8>, from start: Int, where isEnd: (UInt8) -> Bool) -> Int {
        var index = start
        while index < text.count, !isEnd(text[index]) { index += 1 }
        return index
    }

    /// Blanks, tabs, and what else C takes for white space.
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func text(_ line: Span<UInt8>, _ range: Range<Int>) -> String { printable(range.map { line[$0] }) }
}
