import Glibc
import Testing

@testable import Reports

/// The palette is measured: what colour-blind people see of it is computed, and the distances between that.
@Suite struct PaletteTests {
    /// The way of a request: these stand beside each other in nearly every output.
    private static let way = ["dm", "block", "scsi", "libiscsi", "net", "target", "other"]
    /// What is called on that way again and again.
    private static let often = way + ["lock", "sched", "irq", "mm"]
    private static let all = LayerMap.builtin.layers + ["target"]

    /// CIE76 distances between the colours: one of about 2.3 is the least that can be seen side by side. With this many layers, all of them
    /// cannot be far from each other, so that those which stand beside each other most are farthest.
    @Test(arguments: Vision.allCases)
    func layersAreToldApart(vision: Vision) {
        #expect(Self.nearest(Self.way, vision).distance >= 19, "\(Self.nearest(Self.way, vision))")
        #expect(Self.nearest(Self.often, vision).distance >= 10, "\(Self.nearest(Self.often, vision))")
        #expect(Self.nearest(Self.all, vision).distance >= 8, "\(Self.nearest(Self.all, vision))")
    }

    /// The colours of before were not: so the measure can fail.
    @Test func theMeasureFindsWhatLooksAlike() {
        let (red, green) = (RGB(205, 92, 0), RGB(120, 135, 0))
        #expect(Vision.normal.distance(red, green) > 50)
        #expect(Vision.deuteranopia.distance(red, green) < 12)
    }

    /// WCAG 2 asks for a contrast of 3 for large text and for graphics. Names stand beside all that is drawn, in the text's own colour or in
    /// these: on white some have a little less.
    @Test(arguments: Self.all)
    func layersCanBeReadOnDarkAndLight(layer: String) {
        let luminance = LayerMap.builtin.rgb(of: layer).luminance
        #expect((luminance + 0.05) / 0.05 >= 3)
        #expect(1.05 / (luminance + 0.05) >= 2.5)
    }

    /// What stands on a colour is black or white: 4.5 is what WCAG 2 asks for text.
    @Test(arguments: Self.all)
    func textOnALayerCanBeRead(layer: String) {
        let color = LayerMap.builtin.rgb(of: layer)
        let (high, low) = (max(color.luminance, color.text.luminance), min(color.luminance, color.text.luminance))
        #expect((high + 0.05) / (low + 0.05) >= 4.5)
    }

    @Test(arguments: [
        ("31", RGB(205, 0, 0)), ("1;34", RGB(0, 0, 238)), ("92", RGB(0, 255, 0)), ("38;5;26", RGB(0, 95, 215)),
        ("38;5;247", RGB(158, 158, 158)), ("38;5;9", RGB(255, 0, 0)), ("38;2;1;2;300", RGB(1, 2, 255)),
        ("48;5;26;33", RGB(205, 205, 0)), ("1", nil), ("38;5", nil), ("38;5;256", nil), ("38;2;1", nil), ("", nil),
    ])
    func numbersOfSGRAreColours(codes: String, color: RGB?) {
        #expect(TerminalColor.rgb(codes) == color)
    }

    @Test func aUsersColoursCount() throws {
        let map = try LayerMap(text: "dm=31 [dm_x]\nnew [new_x]\nbold=1 [bold_x]", path: "my.layers")
        #expect(map.rgb(of: "dm") == RGB(205, 0, 0) && map.terminalColor(of: "dm") == "31")
        #expect(map.rgb(of: "new") == map.rgb(of: "other") && map.terminalColor(of: "new") == "38;5;247")
        #expect(map.rgb(of: "bold") == map.rgb(of: "other") && map.terminalColor(of: "bold") == "1")
        #expect(map.rgb(of: "scsi") == LayerMap.builtin.rgb(of: "scsi"))
        #expect(map.rgb(of: "multipathd") == map.rgb(of: "daemon"))
    }

    @Test func aColourIsWrittenAsElsewhere() {
        #expect(RGB(0, 95, 215).hex == "#005fd7")
        #expect(RGB(255, 10, 0).hex == "#ff0a00")
    }

    private static func nearest(_ layers: [String], _ vision: Vision) -> (distance: Double, String, String) {
        var nearest = (distance: Double.infinity, "", "")
        for (index, one) in layers.enumerated() {
            for other in layers[..<index] {
                let distance = vision.distance(LayerMap.builtin.rgb(of: one), LayerMap.builtin.rgb(of: other))
                if distance < nearest.distance { nearest = (distance, other, one) }
            }
        }
        return nearest
    }
}

/// How somebody sees colours: a matrix on linear red, green and blue, by Machado, Oliveira and Fernandes (2009) for whom one of the three
/// cones is missing.
enum Vision: CaseIterable {
    case normal, protanopia, deuteranopia, tritanopia

    private var rows: [[Double]] {
        switch self {
        case .normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
        case .protanopia:
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
        case .deuteranopia:
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
        case .tritanopia:
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
        }
    }

    /// CIE76: as the crow flies in CIELAB.
    func distance(_ one: RGB, _ other: RGB) -> Double {
        zip(lab(one), lab(other)).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
    }

    /// L*, a* and b* under D65.
    private func lab(_ color: RGB) -> [Double] {
        let light = [color.red, color.green, color.blue].map(RGB.linear)
        let seen = Self.times(rows, light).map { min(max($0, 0), 1) }
        let toXYZ = [
            [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
        ]
        let steps = zip(Self.times(toXYZ, seen), [0.95047, 1, 1.08883]).map { value, white in
            let part = value / white
            return part > 216 / 24389 ? cbrt(part) : (24389 / 27 * part + 16) / 116
        }
        return [116 * steps[1] - 16, 500 * (steps[0] - steps[1]), 200 * (steps[1] - steps[2])]
    }

    private static func times(_ rows: [[Double]], _ column: [Double]) -> [Double] {
        rows.map { zip($0, column).map(*).reduce(0, +) }
    }
}
