import FoundationEssentials
import Reports
import TraceFormat

/// A baseline as its file has it: what is the same in all captures stands once, and a line says one thing, so that a change of it reads well.
///
/// `shape` has a line for each way in which a function is called. Where every call of the caller makes the same number of them, in all
/// captures, that number is all there is to say: `each`. Else `in` has, for each capture, how many calls there are, how many of the
/// caller's calls make any, and the fewest and the most that one of these makes; null where the capture has none. `selves` has, a line a
/// capture, the self time of a call on each line of `shape`. `times` has a line for each row and capture.
struct BaselineFile: Codable {
    struct Capture: Codable {
        var name: String
        var identity: TraceIdentity
        var interrupts: Bool?
        var scope: Int?
        var armed: [String: Int]
        var losses: CaptureProfile.Losses
        var requests: CaptureProfile.Requests?
        var topology: Int?
    }

    struct Line: Codable {
        var call: String
        var layer: String
        var depth: Int
        var each: Int?
        var `in`: [[Int]?]?
    }

    struct Times: Codable {
        var kind: Row.Kind
        var of: String?
        var part: String?
        var capture: Int
        var usualNs: Double
        var p50Ns: UInt64
        var p90Ns: UInt64
        var p99Ns: UInt64
        var minNs: UInt64
        var maxNs: UInt64
        var sumNs: UInt64
        var buckets: [[Int]]
    }

    var schema: String
    var scopes: [[String]]
    var topologies: [[String]]
    var captures: [Capture]
    var shape: [Line]
    var selves: [[Double?]]
    var times: [Times]
}

// MARK: - Writing

extension BaselineFile {
    init(_ baseline: Baseline) {
        schema = Baseline.schema
        (scopes, topologies, captures, shape, selves, times) = ([], [], [], [], [], [])
        for capture in baseline.captures {
            captures.append(
                Capture(
                    name: capture.name, identity: capture.identity, interrupts: capture.interrupts,
                    scope: capture.scope.map { Self.place(of: $0, in: &scopes) }, armed: capture.armed,
                    losses: capture.losses, requests: capture.requests,
                    topology: capture.topology.isEmpty ? nil : Self.place(of: capture.topology, in: &topologies)))
        }
        let forest = CallForest(baseline.captures)
        shape = forest.nodes.map { Self.line($0, caller: $0.parent.map { forest.nodes[$0] }) }
        selves = baseline.captures.indices.map { capture in forest.nodes.map { $0.sides[capture]?.selfNs } }
        let rows = Set(baseline.captures.flatMap(\.times.keys)).sorted()
        times = rows.flatMap { row in
            baseline.captures.indices.compactMap { capture in
                baseline.captures[capture].times[row].map { Times(row, capture: capture, $0) }
            }
        }
    }

    private static func place(of list: [String], in lists: inout [[String]]) -> Int {
        if let known = lists.firstIndex(of: list) { return known }
        lists.append(list)
        return lists.count - 1
    }

    private static func line(_ node: CallForest.Node, caller: CallForest.Node?) -> Line {
        var line = Line(call: node.function, layer: node.layer, depth: node.depth)
        let each = node.sides.indices.map { capture -> Int? in
            guard let caller else { return nil }
            return exact(node.sides[capture], callers: caller.sides[capture]?.calls ?? 0)
        }
        if caller != nil, let first = each.compactMap(\.self).first, each.allSatisfy({ $0 == first }) {
            line.each = first
        } else {
            line.in = node.sides.map { $0.map { [$0.calls, $0.callersWith, $0.fewest, $0.most] } }
        }
        return line
    }

    /// How many every one of so many calls of the caller makes; nil where they differ.
    private static func exact(_ node: CallNode?, callers: Int) -> Int? {
        guard let node, node.callersWith == callers, node.fewest == node.most else { return nil }
        return node.fewest
    }
}

extension BaselineFile.Times {
    /// Buckets of a sixteenth of a power of two: eight of a histogram's are one.
    static let coarseness = 8

    init(_ row: Row, capture: Int, _ distribution: Distribution) {
        var coarse: [(Int, Int)] = []
        for bucket in distribution.times.buckets {
            let index = bucket.index / Self.coarseness
            if coarse.last?.0 == index {
                coarse[coarse.count - 1].1 += bucket.count
            } else {
                coarse.append((index, bucket.count))
            }
        }
        self.init(
            kind: row.kind, of: row.of.isEmpty ? nil : row.of, part: row.part.isEmpty ? nil : row.part,
            capture: capture,
            usualNs: distribution.usualNs, p50Ns: distribution.p50Ns, p90Ns: distribution.p90Ns,
            p99Ns: distribution.p99Ns, minNs: distribution.times.min, maxNs: distribution.times.max,
            sumNs: distribution.times.sum, buckets: coarse.map { [$0.0, $0.1] })
    }
}
