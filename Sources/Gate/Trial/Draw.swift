import Glibc

/// Draws base and head from captures that nothing was done to.
struct Draw {
    private let captures: [CaptureProfile]
    let side: Int
    private var random: SeededRandom

    /// - Parameters:
    ///   - side: captures of each side; half of all by default.
    /// - Throws: ``GateError`` if there are too few.
    init(_ captures: [CaptureProfile], side: Int?, seed: UInt64) throws(GateError) {
        let side = side ?? captures.count / 2
        guard side > 0, side * 2 <= captures.count else {
            throw GateError(
                "\(captures.count) captures",
                "are too few for two sides of \(max(1, side)); name \(2 * max(1, side)) or more")
        }
        (self.captures, self.side, random) = (captures, side, SeededRandom(seed: seed))
    }

    /// Two sides by lot: of each boot as many captures for the one as for the other, but for an odd one.
    mutating func next() -> (base: [CaptureProfile], head: [CaptureProfile]) {
        let drawn = captures.indices.shuffled(using: &random).prefix(2 * side)
        var sides: [[Int]] = [[], []]
        var boots: [String?: [Int]] = [:]
        for number in drawn { boots[captures[number].identity.boot, default: []].append(number) }
        // A boot with a single capture would be of one side only.
        boots = boots.filter { $0.value.count > 1 || boots.count == drawn.count }
        for (_, numbers) in boots.sorted(by: { $0.value[0] < $1.value[0] }) {
            for number in numbers.shuffled(using: &random) {
                sides[sides[0].count <= sides[1].count ? 0 : 1].append(number)
            }
        }
        return (sides[0].sorted().map { captures[$0] }, sides[1].sorted().map { captures[$0] })
    }
}

/// How sure a part is that was counted: of so many, so often.
struct Proportion {
    let hits: Int
    let all: Int

    var part: Double { all > 0 ? Double(hits) / Double(all) : 0 }

    /// What the true part is below, with 95 % certainty (Clopper and Pearson).
    var high: Double { hits == all ? 1 : Self.bisect { chance(ofAtMost: hits, at: $0) > 0.05 } }

    /// What it is above, likewise.
    var low: Double { hits == 0 ? 0 : Self.bisect { 1 - chance(ofAtMost: hits - 1, at: $0) < 0.05 } }

    private static func bisect(_ holds: (Double) -> Bool) -> Double {
        var (low, high) = (0.0, 1.0)
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if holds(middle) { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    private func chance(ofAtMost count: Int, at part: Double) -> Double {
        guard part > 0 else { return 1 }
        guard part < 1 else { return count >= all ? 1 : 0 }
        var sum = 0.0
        var term = Double(all) * log(1 - part)
        for hit in 0...count {
            sum += exp(term)
            term += log(Double(all - hit)) - log(Double(hit + 1)) + log(part) - log(1 - part)
        }
        return min(1, sum)
    }

    /// `0 of 300: 0 %, at most 0.99 %`
    var atMost: String {
        "\(hits) of \(all): \(TimeText.number(part * 100)) %, at most \(TimeText.number(high * 100)) % (95 % sure)"
    }
    /// `290 of 300: 96.67 %, at least 94.2 %`
    var atLeast: String {
        "\(hits) of \(all): \(TimeText.number(part * 100)) %, at least \(TimeText.number(low * 100)) % (95 % sure)"
    }
}
