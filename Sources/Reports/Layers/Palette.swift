import Glibc

/// A colour as red, green and blue, each from 0 to 255, of sRGB.
public struct RGB: Hashable, Sendable {
    /// From 0 to 255.
    public let red, green, blue: UInt8

    /// A colour of these parts.
    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }

    /// `#005fd7`, as HTML, dot and others write it.
    public var hex: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Black or white, whichever is the easier to read on this colour.
    public var text: RGB { luminance > 0.179 ? RGB(0, 0, 0) : RGB(255, 255, 255) }

    /// How bright it is, from 0 to 1: the relative luminance of WCAG 2.
    package var luminance: Double {
        0.2126 * Self.linear(red) + 0.7152 * Self.linear(green) + 0.0722 * Self.linear(blue)
    }

    /// One part, from 0 to 1, as the light that it stands for.
    package static func linear(_ part: UInt8) -> Double {
        let value = Double(part) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
}

/// The colours of layers: the same in every output, be it a terminal's or another's.
extension LayerMap {
    /// What is no layer of the map, and still is somebody who has a request: whatever lies behind the host, and the daemon by its name.
    private static let others = ["target": "38;5;172", "multipathd": "38;5;31"]
    /// `other`, and layers of a user's map that have no colour of their own: a grey.
    private static let none = "38;5;247"

    /// A layer's colour as numbers of SGR, for terminals: `38;5;26`.
    ///
    /// - Parameter layer: by its name; also `target`, which stages of requests have for what lies behind the host.
    public func terminalColor(of layer: String) -> String { colors[layer] ?? Self.others[layer] ?? Self.none }

    /// A layer's colour for everything that is no terminal, where the map has one, else a grey.
    ///
    /// - Parameter layer: as for ``terminalColor(of:)``.
    public func rgb(of layer: String) -> RGB {
        TerminalColor.rgb(terminalColor(of: layer)) ?? TerminalColor.rgb(Self.none)!
    }
}

/// What terminals show for the numbers of SGR.
enum TerminalColor {
    /// The colour of the text; nil if the numbers set none.
    ///
    /// - Parameter codes: `32`, `1;34`, `38;5;173` or `38;2;215;95;0`; the last colour counts.
    static func rgb(_ codes: String) -> RGB? {
        var numbers = codes.split(separator: ";").map { Int($0) ?? 0 }[...]
        var color: RGB?
        while let code = numbers.popFirst() {
            switch code {
            case 30...37: color = basic[code - 30]
            case 90...97: color = basic[code - 90 + 8]
            case 38: color = extended(&numbers) ?? color
            case 48: _ = extended(&numbers)
            default: break
            }
        }
        return color
    }

    /// What follows 38: `5;173`, or `2;215;95;0`.
    private static func extended(_ numbers: inout ArraySlice<Int>) -> RGB? {
        switch numbers.popFirst() {
        case 5: numbers.popFirst().flatMap(indexed)
        case 2 where numbers.count >= 3:
            RGB(
                UInt8(clamping: numbers.removeFirst()), UInt8(clamping: numbers.removeFirst()),
                UInt8(clamping: numbers.removeFirst()))
        default: nil
        }
    }

    /// One of the 256: sixteen of the terminal's own, a cube of six levels each way, and greys.
    private static func indexed(_ number: Int) -> RGB? {
        switch number {
        case 0..<16: return basic[number]
        case 16..<232:
            let place = number - 16
            func level(_ step: Int) -> UInt8 { step == 0 ? 0 : UInt8(55 + 40 * step) }
            return RGB(level(place / 36), level(place / 6 % 6), level(place % 6))
        case 232..<256:
            let level = UInt8(8 + 10 * (number - 232))
            return RGB(level, level, level)
        default: return nil
        }
    }

    /// As xterm has them; people change these.
    private static let basic = [
        RGB(0, 0, 0), RGB(205, 0, 0), RGB(0, 205, 0), RGB(205, 205, 0), RGB(0, 0, 238), RGB(205, 0, 205),
        RGB(0, 205, 205), RGB(229, 229, 229), RGB(127, 127, 127), RGB(255, 0, 0), RGB(0, 255, 0), RGB(255, 255, 0),
        RGB(92, 92, 255), RGB(255, 0, 255), RGB(0, 255, 255), RGB(255, 255, 255),
    ]
}
