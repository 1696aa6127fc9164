/// Proves offsets by what the kernel does meanwhile: probes fetch the value at the offset, and others the value that it must be.
/// Path checkers alone send enough commands.
struct SampledProof: OffsetProof {
    /// As many pointers must agree, which no other word holds by chance, but for a field that always is the same.
    static let minPointers = 2
    /// As many different numbers must agree.
    static let minNumbers = 3
    /// For each value that does not, so many must. Probes miss calls now and then, such as the one that a value came from, and what
    /// was under way when they were set has no beginning.
    static let matchesPerMiss = 8

    let sampler: any ProbeSampler
    /// What the kernel tells of its types by itself, for the paths that lead to the structures.
    let types: any FieldResolver

    func verdicts(on rows: [OffsetTable.Row]) -> [OffsetTable.Row: OffsetVerdict] {
        var verdicts: [OffsetTable.Row: OffsetVerdict] = [:]
        var pairs: [(row: OffsetTable.Row, value: SamplePoint, witness: SamplePoint)] = []
        for row in rows {
            do throws(FieldError) { pairs.append((row, try value(of: row), try witness(of: row))) } catch {
                verdicts[row] = .unproven(error.description)
            }
        }
        let points = Array(Set(pairs.flatMap { [$0.value, $0.witness] })).sorted { $0.order < $1.order }
        if points.isEmpty { return verdicts }
        do throws(CaptureError) {
            let sample = try sampler.sample(points) { hits in
                pairs.allSatisfy { Self.tally($0.row, hits, $0.value, $0.witness).isProof }
            }
            for (row, value, witness) in pairs {
                verdicts[row] = Self.verdict(row, sample, value, witness)
            }
        } catch {
            for (row, _, _) in pairs { verdicts[row] = .unproven(error.fact) }
        }
        return verdicts
    }

    // MARK: Points

    private func value(of row: OffsetTable.Row) throws(FieldError) -> SamplePoint {
        let pointer = try fetch(row.claim.pointer)
        return SamplePoint(
            function: row.claim.pointer.function, fetch: "+\(row.offset)(\(pointer)):\(row.type.fetchType)")
    }

    private func witness(of row: OffsetTable.Row) throws(FieldError) -> SamplePoint {
        let fetch = try fetch(row.claim.witness)
        return SamplePoint(function: row.claim.witness.function, fetch: "\(fetch):\(row.type.fetchType)")
    }

    private func fetch(_ point: OffsetTable.Point) throws(FieldError) -> String {
        guard let path = point.path else { return point.argument }
        return try types.access(to: path, module: nil).offsets.reduce(point.argument) { "+\($1)(\($0))" }
    }

    // MARK: Verdicts

    /// How often values agreed with what they must be.
    struct Tally: Equatable {
        var matches: Set<UInt64> = []
        var matchCount = 0
        var misses = 0
        let needsDifferent: Bool

        var isProof: Bool {
            (needsDifferent ? matches.count >= minNumbers : matchCount >= minPointers)
                && misses * matchesPerMiss <= matchCount
        }
    }

    /// - Parameter hits: in the order of time.
    static func tally(
        _ row: OffsetTable.Row, _ hits: [ProbeHit], _ value: SamplePoint, _ witness: SamplePoint
    ) -> Tally {
        switch row.claim.relation {
        case .seen: seen(hits, value, witness, mask: row.claim.mask)
        case .last: last(hits, value, witness, mask: row.claim.mask, isPointer: row.type.isPointer)
        }
    }

    private static func seen(
        _ hits: [ProbeHit], _ value: SamplePoint, _ witness: SamplePoint, mask: UInt64
    ) -> Tally {
        let known = Set(hits.filter { $0.point == witness }.compactMap(\.value).map { $0 & mask })
        var tally = Tally(needsDifferent: false)
        for hit in hits where hit.point == value {
            // A null pointer tells nothing: of a task without a command, such as a NOP.
            if let value = hit.value, value & mask == 0 { continue }
            tally.count(hit.value.map { $0 & mask }) { known.contains($0) }
        }
        return tally
    }

    private static func last(
        _ hits: [ProbeHit], _ value: SamplePoint, _ witness: SamplePoint, mask: UInt64, isPointer: Bool
    ) -> Tally {
        var last: [Int32: UInt64] = [:]
        var tally = Tally(needsDifferent: !isPointer)
        for hit in hits {
            if hit.point == witness { last[hit.task] = hit.value.map { $0 & mask } }
            // Each is compared once: what comes behind has another reason.
            guard hit.point == value, let expected = last.removeValue(forKey: hit.task) else { continue }
            tally.count(hit.value.map { $0 & mask }) { $0 == expected }
        }
        return tally
    }

    private static func verdict(
        _ row: OffsetTable.Row, _ sample: ProbeSample, _ value: SamplePoint, _ witness: SamplePoint
    ) -> OffsetVerdict {
        for point in [value, witness] {
            if let reason = sample.refused[point] { return .unproven("no probe at \(point.function): \(reason)") }
        }
        let tally = tally(row, sample.hits, value, witness)
        if tally.isProof { return .proven }
        for point in [value, witness] where !sample.hits.contains(where: { $0.point == point }) {
            return .unproven("\(point.function) was not called meanwhile")
        }
        return .unproven("\(tally.matchCount) values agreed and \(tally.misses) did not")
    }
}

extension SampledProof.Tally {
    /// - Parameter value: nil for what could not be read, where no field is.
    fileprivate mutating func count(_ value: UInt64?, matches isRight: (UInt64) -> Bool) {
        if let value, isRight(value) {
            matches.insert(value)
            matchCount += 1
        } else {
            misses += 1
        }
    }
}

extension OffsetTable.MemberType {
    fileprivate var isPointer: Bool {
        if case .pointer = self { true } else { false }
    }
}
