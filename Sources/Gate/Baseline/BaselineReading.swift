import FoundationEssentials
import Reports
import TraceFormat

extension Baseline {
    /// The baseline as JSON; the same captures give the same bytes.
    public func json() throws -> String {
        let file = BaselineFile(self)
        var text = ""
        let writer = JSONObjectWriter(.compact) { text += $0 }
        try writer.begin()
        try writer.value(file.schema, of: "schema")
        try writer.values(file.scopes, of: "scopes")
        try writer.values(file.topologies, of: "topologies")
        try writer.values(file.captures, of: "captures")
        try writer.values(file.shape, of: "shape")
        try writer.values(file.selves, of: "selves")
        try writer.values(file.times, of: "times", isLast: true)
        try writer.end()
        return text
    }

    /// Reads ``json()``, whoever wrote it.
    ///
    /// - Parameters:
    ///   - json: the bytes.
    ///   - path: where they come from, for the error.
    /// - Throws: ``GateError``.
    public init(json: [UInt8], path: String) throws(GateError) {
        let file: BaselineFile
        do { file = try JSONDecoder().decode(BaselineFile.self, from: Data(json)) } catch {
            throw GateError(
                path, "is no baseline (\(Self.place(error))); make it again: dmflow baseline TRACE… -o \(path)")
        }
        guard file.schema == Self.schema else {
            throw GateError(
                path, "is of the form '\(file.schema)', not '\(Self.schema)'; make it again with this dmflow")
        }
        let captures: [CaptureProfile]
        do { captures = try file.profiles() } catch {
            throw GateError(
                path, "has \(error.problem), which no captures have; make it again: dmflow baseline TRACE… -o \(path)")
        }
        try self.init(captures)
    }

    private static func place(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): "\(Self.text(context.codingPath)) has no \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(Self.text(context.codingPath)) is of another type"
        case .dataCorrupted(let context) where context.underlyingError == nil:
            "\(Self.text(context.codingPath)) cannot be"
        default: "not JSON"
        }
    }

    private static func text(_ path: [any CodingKey]) -> String {
        let text = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined().drop { $0 == "." }
        return text.isEmpty ? "the whole" : printable(String(text))
    }
}

/// What no captures have.
struct BaselineFlaw: Error { let problem: String }

extension BaselineFile {
    /// More than anybody compares.
    static let maxCaptures = 10_000

    func profiles() throws(BaselineFlaw) -> [CaptureProfile] {
        guard captures.count <= Self.maxCaptures, selves.count == captures.count else {
            throw BaselineFlaw(problem: "self times of other captures")
        }
        var profiles: [CaptureProfile] = []
        for (number, capture) in captures.enumerated() {
            var profile = CaptureProfile(name: capture.name, identity: capture.identity)
            (profile.interrupts, profile.armed) = (capture.interrupts, capture.armed)
            (profile.losses, profile.requests) = (capture.losses, capture.requests)
            profile.scope = try capture.scope.map { number throws(BaselineFlaw) in try Self.list(number, of: scopes) }
            profile.topology =
                try capture.topology.map { number throws(BaselineFlaw) in try Self.list(number, of: topologies) } ?? []
            profile.calls = try calls(of: number)
            guard profile.isSound else {
                throw BaselineFlaw(problem: "names or numbers of capture '\(printable(capture.name))'")
            }
            profiles.append(profile)
        }
        for time in times {
            guard profiles.indices.contains(time.capture), let distribution = time.distribution else {
                throw BaselineFlaw(problem: "times of '\(printable(time.row.name))'")
            }
            guard profiles[time.capture].times.updateValue(distribution, forKey: time.row) == nil else {
                throw BaselineFlaw(problem: "times of '\(printable(time.row.name))' twice")
            }
        }
        return profiles
    }

    private static func list(_ number: Int, of lists: [[String]]) throws(BaselineFlaw) -> [String] {
        guard lists.indices.contains(number) else { throw BaselineFlaw(problem: "a list that is not there") }
        return lists[number]
    }

    /// The calls of one capture: those of its lines of the shape that have any.
    private func calls(of capture: Int) throws(BaselineFlaw) -> [CallNode] {
        guard selves[capture].count == shape.count else { throw BaselineFlaw(problem: "self times of other calls") }
        var calls: [CallNode] = []
        // By depth: the calls that are open there; nil where the capture has none of these.
        var open: [CallNode?] = []
        for (line, selfNs) in zip(shape, selves[capture]) {
            guard (0...open.count).contains(line.depth), line.depth > 0 || line.in != nil else {
                throw BaselineFlaw(problem: "a call of nobody, '\(printable(line.call))'")
            }
            open.removeLast(open.count - line.depth)
            let counts = try line.counts(of: capture, of: captures.count, callers: open.last.map { $0?.calls ?? 0 })
            let node = counts.map {
                CallNode(
                    depth: line.depth, function: line.call, layer: line.layer, calls: $0[0], callersWith: $0[1],
                    fewest: $0[2], most: $0[3], selfNs: selfNs ?? 0)
            }
            open.append(node)
            if let node { calls.append(node) }
        }
        return calls
    }
}

extension BaselineFile.Line {
    /// Calls, callers with any, the fewest and the most of one of these; nil where the capture has none.
    ///
    /// - Parameter callers: the calls of the caller; nil for a root.
    fileprivate func counts(of capture: Int, of all: Int, callers: Int?) throws(BaselineFlaw) -> [Int]? {
        let flaw = BaselineFlaw(problem: "other numbers of calls of '\(printable(call))'")
        if let each {
            guard let callers, (1...1_000_000).contains(each) else { throw flaw }
            let (calls, overflow) = callers.multipliedReportingOverflow(by: each)
            guard !overflow else { throw flaw }
            return callers > 0 ? [calls, callers, each, each] : nil
        }
        guard let list = `in`, list.count == all else { throw flaw }
        guard let counts = list[capture] else { return nil }
        guard counts.count == 4, counts[0] > 0, counts[1] > 0, counts[2] > 0, counts[2] <= counts[3],
            counts[1] <= callers ?? counts[1], counts[0] >= counts[1], counts[0] < 1 << 48, counts[3] <= counts[0]
        else { throw flaw }
        return counts
    }
}

extension BaselineFile.Times {
    var row: Row { Row(kind, of: of ?? "", part: part ?? "") }

    /// nil if no times have such buckets and sums.
    var distribution: Distribution? {
        var read: [Histogram.Bucket] = []
        var last = -1
        guard minNs <= maxNs else { return nil }
        let range = Histogram.bucket(of: minNs)...Histogram.bucket(of: maxNs)
        for pair in buckets {
            guard pair.count == 2, pair[0] > last, pair[0] <= Histogram.bucketCount / Self.coarseness,
                (1...1 << 48).contains(pair[1])
            else { return nil }
            last = pair[0]
            // The middle of the eight, as far as the extremes leave it.
            let middle = min(max(last * Self.coarseness + Self.coarseness / 2, range.lowerBound), range.upperBound)
            guard middle / Self.coarseness == last, middle < Histogram.bucketCount else { return nil }
            read.append(Histogram.Bucket(index: middle, count: pair[1]))
        }
        let times = Histogram(buckets: read, min: minNs, max: maxNs, sum: sumNs)
        guard times.count > 0, usualNs.isFinite, usualNs >= 0, Row.Kind.allCases.contains(kind), Summary.isPlain(of),
            Summary.isPlain(part)
        else { return nil }
        return Distribution(usualNs: usualNs, p50Ns: p50Ns, p90Ns: p90Ns, p99Ns: p99Ns, times: times)
    }
}

extension CaptureProfile {
    /// Whether names can be printed as they are, and no count is negative.
    fileprivate var isSound: Bool {
        let losses = [
            losses.events, losses.uncounted, losses.calls, losses.records, losses.missedByProbes, losses.trees,
            losses.unplaced,
        ]
        let counts = requests.map { [$0.seen, $0.joined, $0.unjoined, $0.ambiguous, $0.failed, $0.retried] } ?? []
        return (losses + counts + armed.values).allSatisfy { (0...1 << 48).contains($0) }
            && ([name] + identity.texts + topology + (scope ?? []) + armed.keys).allSatisfy(Summary.isPlain)
            && calls.allSatisfy {
                Summary.isPlain($0.function) && !$0.function.isEmpty && Summary.isLayer($0.layer) && $0.selfNs.isFinite
                    && $0.selfNs >= 0
            }
    }
}
