/// The shapes of lines that the ``LineScanner`` knows, from the duration on, and of those that are no call's.
///
/// Reads bytes without asking whether they are there: who asks has made sure of as many as the scanner's reach.
enum LineShape {
    /// Mark, value, unit and blanks of a duration of less than 10 ms, to its bar.
    static let durationWidth = 14

    // MARK: Durations

    /// Fourteen columns of `! 123.456 us  |  ` or of blanks, with the bar and two blanks behind them.
    ///
    /// - Returns: ns; `noTime` for blanks; nil for anything else, such as durations of 10 ms and more, which are rounded.
    @inline(__always)
    static func duration(_ bytes: RawSpan, _ at: Int) -> UInt64? {
        let blanks: UInt64 = 0x2020_2020_2020_2020
        // A blank, the bar, two blanks.
        guard bytes.half(at &+ 13) == 0x2020_7c20 else { return nil }
        let value = bytes.word(at &+ 2)
        if value == blanks {
            let isBlank = bytes.word(at) == blanks && bytes.word(at &+ 6) == blanks
            return isBlank ? GraphEvent.noTime : nil
        }
        let digits = positions(of: UInt8(ascii: "."), in: value).trailingZeroBitCount >> 3
        // Up to four digits there are three behind the point.
        guard isMark(bytes.byte(at)), bytes.byte(at &+ 1) == space, digits &- 1 < 4, digits >= 1 else { return nil }
        // `.123 us `
        let fraction = bytes.word(at &+ 2 &+ digits)
        // Behind the unit there are only blanks.
        let rest = UInt64(truncatingIfNeeded: 8 &* (digits &+ 3))
        guard fraction >> 32 == 0x2073_7520, bytes.word(at &+ 6) &>> rest == blanks &>> rest else { return nil }
        // The digits without the point, the last one in the highest byte.
        let whole = leadingZeros(value, count: digits) >> 24
        return decimal(whole | (fraction >> 8) << 40)
    }

    @inline(__always)
    private static func isMark(_ byte: UInt8) -> Bool {
        switch byte {
        case space, UInt8(ascii: "+"), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "*"), UInt8(ascii: "@"),
            UInt8(ascii: "$"):
            true
        default: false
        }
    }

    // MARK: Calls

    /// What stands behind the duration.
    struct Body {
        /// 0 for a bare `}`.
        let function: Int32
        let kind: GraphEvent.Kind
        /// Where the next line begins.
        let next: Int
    }

    /// `}`, `f();` or `f() {` with the line's end, of a function that is known.
    @inline(__always)
    static func body(_ bytes: RawSpan, _ start: Int, _ names: NameIndex) -> Body? {
        if bytes.byte(start) == UInt8(ascii: "}") { return exit(bytes, start, names) }
        guard let name = bytes.hashed(from: start, upTo: UInt8(ascii: "("), within: 256, seed: names.seed) else {
            return nil
        }
        let index = name.end
        let function = names.known(bytes, at: start, length: index &- start, hash: name.hash)
        // `();` and the line's end, or `() {` and the line's end
        let tail = bytes.half(index)
        let isLeaf = tail == 0x0a3b_2928
        let isEntry = tail == 0x7b20_2928 && bytes.byte(index &+ 4) == 0x0a
        guard function != 0, isLeaf || isEntry else { return nil }
        return Body(function: function, kind: isLeaf ? .leaf : .entry, next: index &+ (isLeaf ? 4 : 5))
    }

    /// `}` or `} /* f */` with the line's end.
    @inline(__always)
    private static func exit(_ bytes: RawSpan, _ start: Int, _ names: NameIndex) -> Body? {
        if bytes.byte(start &+ 1) == 0x0a { return Body(function: 0, kind: .exit, next: start &+ 2) }
        // `} /* `
        guard bytes.half(start) == 0x2a2f_207d, bytes.byte(start &+ 4) == space else { return nil }
        let name = start &+ 5
        var index = name
        while index &- name < 256 {
            let star = positions(of: UInt8(ascii: "*"), in: bytes.word(index))
            guard star != 0 else {
                index &+= 8
                continue
            }
            index &+= star.trailingZeroBitCount >> 3
            // ` */` and the line's end
            guard index > name, bytes.half(index &- 1) == 0x0a2f_2a20 else { return nil }
            let function = names.known(bytes, at: name, length: index &- 1 &- name)
            return function == 0 ? nil : Body(function: function, kind: .exit, next: index &+ 3)
        }
        return nil
    }

    // MARK: Comments

    struct Comment {
        /// Without the marks and the blanks inside of them.
        let text: Range<Int>
        let lines: Int
        /// Where the next line begins.
        let next: Int
    }

    /// A comment that ends with its line, or with the next one where that is its end mark only: the text of some events ends with
    /// a newline of its own.
    ///
    /// - Parameter start: of its mark.
    /// - Returns: nil if it is none, or begins with the name of an event in user space.
    static func comment(_ bytes: RawSpan, _ start: Int) -> Comment? {
        guard bytes.half(start) & 0xff_ffff == 0x20_2a2f else { return nil }
        let text = start &+ 3
        let name = bytes.half(text)
        // `call` and `ret_`
        guard name != 0x6c6c_6163, name != 0x5f74_6572, bytes.byte(text) != space else { return nil }
        var index = text
        while let mark = bytes.mark(UInt8(ascii: "*"), from: index, upTo: start &+ 512) {
            if bytes.byte(mark) == 0x0a { return openComment(bytes, text..<mark) }
            guard bytes.byte(mark) == UInt8(ascii: "*") else { return nil }
            // `*/` and the line's end
            if bytes.byte(mark &+ 1) == UInt8(ascii: "/") {
                guard bytes.byte(mark &+ 2) == 0x0a else { return nil }
                var end = mark
                while end > text, bytes.byte(end &- 1) == space { end &-= 1 }
                return Comment(text: text..<end, lines: 1, next: mark &+ 3)
            }
            index = mark &+ 1
        }
        return nil
    }

    /// A comment's line without an end mark in it, with ` */` in the next.
    private static func openComment(_ bytes: RawSpan, _ text: Range<Int>) -> Comment? {
        let last = bytes.half(text.upperBound &- 4)
        // `[LINE TOO BIG]` and `EVENTS DROPPED]`, also with blanks behind them, are more than a comment's text; so are the names of
        // two tasks, of which the first is short.
        guard last != 0x5d47_4942, last != 0x5d44_4550, last >> 24 != 0x20, last >> 24 != 0x09,
            bytes.byte(text.lowerBound) != UInt8(ascii: "-"), bytes.byte(text.lowerBound &+ 1) != UInt8(ascii: "-"),
            bytes.half(text.upperBound &+ 1) == 0x0a2f_2a20
        else { return nil }
        return Comment(text: text, lines: 2, next: text.upperBound &+ 5)
    }

    /// The number in `types` of the name with which an event's text begins, and where the rest stands; nil if it is not known, or
    /// there is nothing but a name.
    static func eventName(_ bytes: RawSpan, _ text: Range<Int>, _ types: NameIndex) -> (id: Int32, rest: Int)? {
        let start = text.lowerBound
        guard let name = bytes.hashed(from: start, upTo: UInt8(ascii: ":"), within: 64, seed: types.seed),
            name.end > start, name.end &+ 2 < text.upperBound, bytes.byte(name.end &+ 1) == space
        else { return nil }
        let id = types.known(bytes, at: start, length: name.end &- start, hash: name.hash)
        var rest = name.end &+ 2
        while rest < text.upperBound, bytes.byte(rest) == space { rest &+= 1 }
        return id == 0 ? nil : (id, rest)
    }

    // MARK: Structure

    /// A blank line, a ruler as the kernel prints it, or a caller in a stack trace.
    ///
    /// - Returns: where the next line begins; nil if it is none of these.
    @inline(__always)
    static func structure(_ bytes: RawSpan, _ start: Int) -> Int? {
        if bytes.byte(start) == 0x0a { return start &+ 1 }
        // ` -------`
        if bytes.word(start) == 0x2d2d_2d2d_2d2d_2d20 { return ruler(bytes, start) }
        // ` => `
        guard bytes.half(start) == 0x203e_3d20, bytes.byte(start &+ 4) > space,
            // Behind a parenthesis another line's columns may stand, whose newline was lost.
            let end = bytes.mark(UInt8(ascii: ")"), from: start &+ 4, upTo: start &+ 256), bytes.byte(end) == 0x0a
        else { return nil }
        return end &+ 1
    }

    /// A blank and 42 dashes.
    private static func ruler(_ bytes: RawSpan, _ start: Int) -> Int? {
        for offset in Swift.stride(from: 8, to: 40, by: 8) {
            guard bytes.word(start &+ offset) == 0x2d2d_2d2d_2d2d_2d2d else { return nil }
        }
        return bytes.half(start &+ 40) == 0x0a2d_2d2d ? start &+ 44 : nil
    }
}

extension RawSpan {
    /// Where the first byte stands that is not a blank; up to 256 blanks further.
    @inline(__always)
    func skipSpaces(from start: Int) -> Int {
        var index = start
        while index &- start <= 256 {
            let others = word(index) ^ 0x2020_2020_2020_2020
            if others != 0 { return index &+ others.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        return index
    }

    /// Where the first `byte` or control character stands, other than a tab; nil if that is behind `end`.
    @inline(__always)
    fileprivate func mark(_ byte: UInt8, from start: Int, upTo end: Int) -> Int? {
        var index = start
        while index < end {
            let word = word(index)
            let hits = positions(of: byte, in: word) | controls(in: word)
            guard hits != 0 else {
                index &+= 8
                continue
            }
            index &+= hits.trailingZeroBitCount >> 3
            if self.byte(index) != 0x09 { return index }
            index &+= 1
        }
        return nil
    }
}

extension NameIndex {
    @inline(__always)
    fileprivate func known(_ bytes: RawSpan, at start: Int, length: Int) -> Int32 {
        var hash = seed
        var offset = 0
        while offset &+ 8 <= length {
            hash = Self.mix(hash, bytes.word(start &+ offset))
            offset &+= 8
        }
        hash = Self.mix(hash, Self.head(bytes.word(start &+ offset), length &- offset))
        return known(bytes, at: start, length: length, hash: hash)
    }
}
