import Reports
import Testing

@testable import Gate

/// What once made a verdict wrong.
@Suite struct TrapTests {
    private static let base = Profiles.some(12)
    private static let head = Profiles.some(12, first: 1)

    private static func result(
        _ head: [CaptureProfile], base: [CaptureProfile] = base, isPaired: Bool = false,
        _ change: (inout Policy) -> Void = { _ in }
    ) throws -> CheckResult {
        var policy = Policy()
        change(&policy)
        var check = Check(base: base, head: head, policy: policy)
        (check.exchanges, check.today, check.isPaired) = (1_999, "2026-11-27", isPaired)
        return try check.result()
    }

    private static func scaled(_ rows: some Sequence<Row>, by factor: Double) -> [CaptureProfile] {
        let rows = Set(rows)
        return head.changed { capture in
            for row in rows { capture.times[row] = capture.times[row]!.scaled(by: factor) }
        }
    }

    // MARK: What all have in common

    @Test func whereTheOthersAreFasterARowIsNotSlower() throws {
        // All of I/O a fifth faster, functions as ever.
        let result = try Self.result(Self.scaled(Profiles.rows.filter { !$0.isFunctionTime }, by: 0.8))
        #expect(
            !result.findings.contains { $0.verdict == .worse },
            "\(result.findings.filter { $0.verdict == .worse }.map(\.message))")
    }

    @Test func whereAllIOIsSlowerItDoesNotPass() throws {
        let result = try Self.result(Self.scaled(Profiles.rows.filter { !$0.isFunctionTime }, by: 1.2))
        #expect(!result.passes)
        #expect(!result.findings.contains { $0.verdict == .better })
    }

    @Test func everythingAFifthSlowerIsWorse() throws {
        // As far as these captures tell it at all.
        #expect(try Self.result(Self.scaled(Profiles.rows, by: 1.2)).verdict == .worse)
    }

    @Test func aSlowerPathIsNotHiddenByWhatIsMadeOfIt() throws {
        let slow = Profiles.rows.filter { $0.kind == .path || $0.kind == .requests }
        let worse = try Self.result(Self.scaled(slow, by: 1.3)).findings.filter { $0.verdict == .worse }.map(\.subject)
        #expect(Set(worse) == Set(slow.map(\.name)))
    }

    // MARK: Captures with too little

    @Test func oneThinCaptureSwitchesNoRowOff() throws {
        let row = Row(.path, of: "mpatha/127.0.0.2:3260")
        var head = Self.scaled([row], by: 2)
        var few = Histogram()
        for _ in 0..<29 { few.record(40_000) }
        head[4].times[row] = Distribution(few)
        let result = try Self.result(head)
        #expect(!result.passes && result.findings.contains { $0.subject == row.name && $0.verdict == .cannotTell })
        head[4].times[row] = nil
        #expect(try !Self.result(head).passes)
    }

    @Test func aRootThatIsGoneIsToldWithoutTheShape() throws {
        let head = Self.head.changed { capture in capture.times = capture.times.filter { $0.key.of != "dm_mq_queue_rq" }
        }
        let result = try Self.result(head) { $0.shape.isCompared = false }
        #expect(
            result.verdict == .worse
                && result.findings.contains { $0.rule == .row && $0.subject == "root dm_mq_queue_rq" })
    }

    @Test func aCheckThatComparesNothingPassesNothing() throws {
        #expect(try !Self.result(Self.head) { $0.time.leastCount = 1_000_000 }.passes)
        let nothing = try SelfTest(
            Self.base, policy { ($0.time.isCompared, $0.shape.isCompared) = (false, false) }, side: nil, seed: 1,
            today: "")
        #expect(!nothing.passes)
        let short = try SelfTest(Self.base, policy { $0.time.leastCount = 1_000_000 }, side: nil, seed: 1, today: "")
        #expect(!short.passes)
    }

    private func policy(_ change: (inout Policy) -> Void) -> Policy {
        var policy = Policy()
        change(&policy)
        return policy
    }

    @Test func aSelfTestBreaksEveryBudget() throws {
        let bounds: [Budget.Bound] = [
            .time(rows: .init(names: ["stage *"], kind: nil), figure: .p50, mostNs: 1e9),
            .never(what: "sleep", under: "map"),
            .calls(what: "choose", per: .request, most: 1),
            .calls(what: "start", per: .call("dm_mq_queue_rq"), most: 2),
            .imbalance(map: "mpatha", most: 1.2), .allJoined, .nothingLost,
        ]
        for bound in bounds {
            let test = try SelfTest(
                Self.base,
                policy {
                    ($0.time.isCompared, $0.shape.isCompared) = (false, false)
                    $0.budgets = [Budget("b", bound)]
                }, side: nil, seed: 1, today: "")
            #expect(test.passes, "\(bound): \(test.text)")
        }
    }

    // MARK: Which captures may change places

    @Test func aSingleStragglerIsNoTurn() throws {
        // Base but one, head, and the last of base.
        let base = Profiles.some(9) + Profiles.some(1, first: 60)
        let head = Profiles.some(10, first: 31)
        #expect(
            try Self.result(head, base: base).findings.contains {
                $0.subject == "all times" && $0.verdict == .cannotTell
            })
    }

    @Test func aCaptureWithoutItsBootDoesNotMakeBootsCaptures() throws {
        var base = Profiles.some(10, boot: "b")
        let head = Profiles.some(10, boot: "h", first: 1).changed {
            $0.times[Row(.requests)] = $0.times[Row(.requests)]!.scaled(by: 1.5)
        }
        #expect(try !Self.result(head, base: base).findings.contains { $0.verdict == .worse })
        base[3].identity.boot = nil
        #expect(try !Self.result(head, base: base).findings.contains { $0.verdict == .worse })
    }

    @Test func pairsOfTwoBootsAreOneSample() throws {
        let base = Profiles.some(16, boot: "b")
        let head = Profiles.some(16, boot: "h", first: 1).changed {
            $0.times[Row(.requests)] = $0.times[Row(.requests)]!.scaled(by: 1.5)
        }
        #expect(try !Self.result(head, base: base, isPaired: true).findings.contains { $0.verdict == .worse })
    }

    @Test func anotherMachineIsNoComparison() throws {
        let head = Self.head.changed { $0.identity.host = "other" }
        #expect(
            try Self.result(head).findings.contains {
                $0.verdict == .cannotTell && $0.message.contains("different machines")
            })
    }

    @Test func aSideThatScattersFarMoreSaysSo() throws {
        var random = SeededRandom(seed: 5)
        let head = Self.head.changed { capture in
            let factor = Double.random(in: 0.5...2, using: &random)
            capture.times = capture.times.mapValues { $0.scaled(by: factor) }
        }
        #expect(
            try Self.result(head).findings.contains {
                $0.message.hasPrefix("head varies far more") && $0.verdict == .cannotTell
            })
    }

    // MARK: Fast paths, aliases, budgets

    @Test func aRareAllocationInAFastPathDoesNotPass() throws {
        func allocating(_ captures: ArraySlice<CaptureProfile>) -> [CaptureProfile] {
            Array(captures).changed {
                $0.calls.append(
                    CallNode(
                        depth: 1, function: "kmem_cache_alloc", layer: "mm", calls: 1, callersWith: 1, fewest: 1,
                        most: 1, selfNs: 1))
            }
        }
        let all = try Self.result(allocating(Self.head[...])) { $0.shape.fast = ["dm_mq_queue_rq"] }
        #expect(all.findings.contains { $0.rule == .fastPath && $0.verdict == .worse })
        let some = try Self.result(allocating(Self.head[..<3]) + Self.head[3...]) { $0.shape.fast = ["dm_mq_queue_rq"] }
        #expect(some.findings.contains { $0.rule == .fastPath && $0.verdict == .cannotTell })
    }

    @Test func aliasesOfKernelsHideNothingOfOneKernel() throws {
        let head = Self.head.changed { $0.calls.insert(call("blk_mq_get_budget_and_tag", 200, depth: 1), at: 1) }
        #expect(try Self.result(head).verdict == .worse)
        #expect(try Self.result(head.changed { $0.identity.kernel = "6.12" }).verdict == .same)
    }

    @Test func aCaptureAndItsBaselineKeepABudgetAlike() throws {
        let captures = Profiles.some(12)
        let read = try Baseline(json: Array(Baseline(captures).json().utf8), path: "b").captures
        for most in stride(from: 18_000.0, through: 22_000, by: 50) {
            func verdict(_ captures: [CaptureProfile]) throws -> [Verdict] {
                var policy = Policy()
                policy.budgets = [
                    Budget("b", .time(rows: .init(names: ["requests"], kind: nil), figure: .p50, mostNs: most))
                ]
                return try BudgetCheck(head: captures, all: captures, policy: policy, today: "").findings().map(
                    \.verdict)
            }
            #expect(try verdict(captures) == verdict(read))
        }
    }

    @Test func oneCaptureIsSureOfNoTime() throws {
        func verdict(_ most: Double) throws -> Verdict? {
            var policy = Policy()
            policy.budgets = [
                Budget("b", .time(rows: .init(names: ["requests"], kind: nil), figure: .p50, mostNs: most))
            ]
            let one = Profiles.some(1)
            return try BudgetCheck(head: one, all: one, policy: policy, today: "").findings().first?.verdict
        }
        #expect(try verdict(19_000) == .cannotTell && verdict(21_500) == .cannotTell)
        #expect(try verdict(4_000) == .worse && verdict(100_000) == .same)
    }

    @Test func aFloorOfNothingIsNoTrap() throws {
        var random = SeededRandom(seed: 2)
        func varying(_ captures: [CaptureProfile]) -> [CaptureProfile] {
            captures.changed { capture in
                let calls = Int.random(in: 1...150, using: &random)
                capture.calls.append(
                    CallNode(
                        depth: 1, function: "odd", layer: "dm", calls: calls, callersWith: calls, fewest: 1, most: 1,
                        selfNs: 1))
            }
        }
        _ = try Self.result(varying(Self.head), base: varying(Self.base)) { $0.shape.floor = 0 }
    }
}
