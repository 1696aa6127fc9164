import Testing

@testable import Gate

/// What a check says of captures that differ in one thing.
@Suite struct CheckTests {
    private static let base = Profiles.some(12)
    private static let head = Profiles.some(12, first: 1)

    private static func result(
        _ head: [CaptureProfile], base: [CaptureProfile] = base, _ policy: Policy = Policy()
    ) throws -> CheckResult {
        var check = Check(base: base, head: head, policy: policy)
        (check.exchanges, check.today) = (1_999, "2026-11-27")
        return try check.result()
    }

    @Test func whatIsUnchangedPasses() throws {
        let result = try Self.result(Self.head)
        #expect(result.verdict == .same, "\(result.findings.filter { $0.verdict != .same })")
        #expect(result.passes && result.owners.isEmpty)
    }

    // MARK: Times

    @Test func aSlowerLayerIsNamedAndNothingElse() throws {
        let row = Row(.layer, of: "dm_mq_queue_rq", part: "scsi")
        let result = try Self.result(Self.head.changed { $0.times[row] = $0.times[row]!.scaled(by: 1.1) })
        let worse = result.findings.filter { $0.verdict == .worse }
        #expect(worse.map(\.subject) == [row.name])
        #expect(result.verdict == .worse && !result.passes)
        let effect = try #require(worse.first?.effect)
        #expect(abs(effect.change - 0.1) < 0.02 && effect.low! > 0 && effect.high! < 0.2)
        #expect(result.owners.map(\.root) == ["dm_mq_queue_rq"])
    }

    @Test func aFasterOneIsBetterAndPasses() throws {
        let row = Row(.layer, of: "dm_mq_queue_rq", part: "scsi")
        let result = try Self.result(Self.head.changed { $0.times[row] = $0.times[row]!.scaled(by: 0.85) })
        #expect(result.findings.filter { $0.verdict == .better }.map(\.subject) == [row.name])
        #expect(result.passes)
    }

    @Test func whereMostRowsAreSlowerTheRestIsNotTakenForFaster() throws {
        let slow = Set(Profiles.rows.prefix(8))
        let head = Self.head.changed { capture in
            for row in slow { capture.times[row] = capture.times[row]!.scaled(by: 1.12) }
        }
        let result = try Self.result(head)
        #expect(!result.passes, "\(result.findings.filter { $0.verdict != .same }.map(\.message))")
        let speed = try #require(result.findings.first { $0.subject == TimeRows.speed })
        #expect(speed.verdict == .worse || speed.verdict == .cannotTell)
    }

    @Test func mostlyBehindIsNotInTurns() throws {
        // All of base but one before all of head but one.
        let head = Profiles.some(11, first: 101) + Profiles.some(1, first: 1)
        let result = try Self.result(head)
        #expect(result.findings.contains { $0.subject == "all times" && $0.verdict == .cannotTell })
    }

    @Test func allRowsTogetherAreTheSpeed() throws {
        let slower = Self.head.changed { capture in capture.times = capture.times.mapValues { $0.scaled(by: 1.4) } }
        #expect(try Self.result(slower).findings.filter { $0.verdict == .worse }.map(\.subject) == [TimeRows.speed])
    }

    @Test func aFewCapturesCannotTellAndSayHowManyWould() throws {
        let row = Row(.layer, of: "dm_mq_queue_rq", part: "scsi")
        let slower = Array(Self.head.prefix(3)).changed { $0.times[row] = $0.times[row]!.scaled(by: 1.5) }
        let result = try Self.result(slower, base: Array(Self.base.prefix(3)))
        #expect(result.verdict == .cannotTell && !result.passes)
        let finding = try #require(result.findings.first { $0.subject == "all times" })
        #expect(finding.verdict == .cannotTell && finding.moreCaptures == 5)
        var lenient = Policy()
        lenient.passesCannotTell = true
        #expect(try Self.result(slower, base: Array(Self.base.prefix(3)), lenient).passes)
    }

    /// Who lets pass what cannot be told does not mean a gate that compares nothing.
    @Test func nothingComparedNeverPasses() throws {
        var policy = Policy()
        policy.passesCannotTell = true
        policy.shape.isCompared = false
        let late = try Self.result(Profiles.some(12, first: 101), policy)
        #expect(late.verdict == .cannotTell && !late.passes && late.notes.contains { $0.contains("nothing at all") })
        let few = try Self.result(Array(Self.head.prefix(3)), base: Array(Self.base.prefix(3)), policy)
        #expect(few.verdict == .cannotTell && !few.passes)
        // Where shape is compared, there is something that could have failed.
        policy.shape.isCompared = true
        let shape = try Self.result(Profiles.some(12, first: 101), policy)
        #expect(shape.verdict == .cannotTell && shape.passes)
    }

    @Test func whatIsBelowTheFloorDoesNotMatter() throws {
        let row = Row(.stage, part: "tiny")
        func with(_ ns: Double, _ captures: [CaptureProfile]) -> [CaptureProfile] {
            captures.changed { $0.times[row] = Profiles.times(ns) }
        }
        // 500 ns is the floor.
        func verdict(_ ns: Double) throws -> Verdict? {
            try Self.result(with(ns, Self.head), base: with(1_000, Self.base)).findings.first {
                $0.subject == row.name
            }?.verdict
        }
        #expect(try verdict(1_350) == .same && verdict(1_700) == .worse)
    }

    @Test func oneSideBehindTheOtherIsNoComparison() throws {
        let late = Profiles.some(12, first: 101)
        let result = try Self.result(late)
        #expect(result.findings.contains { $0.subject == "all times" && $0.verdict == .cannotTell })
        var policy = Policy()
        policy.time.anyOrder = true
        #expect(try Self.result(late, policy).verdict == .same)
    }

    @Test func capturesOfOneBootAreOneSampleWhereAnotherBootHasTheOtherSide() throws {
        // Every boot at a level of its own, which says nothing of what was changed.
        let row = Row(.layer, of: "dm_mq_queue_rq", part: "scsi")
        let other = Profiles.some(12, boot: "c", first: 1).changed { $0.times[row] = $0.times[row]!.scaled(by: 1.3) }
        let result = try Self.result(other)
        #expect(!result.findings.contains { $0.verdict == .worse })
        #expect(result.verdict == .cannotTell)
        // With eight boots of each it can be told.
        let bases = (0..<8).flatMap { Profiles.some(2, boot: "b\($0)", first: 100 * $0) }
        let heads = (0..<8).flatMap { Profiles.some(2, boot: "h\($0)", first: 100 * $0 + 1) }
            .changed { $0.times[row] = $0.times[row]!.scaled(by: 1.3) }
        let told = try Self.result(heads, base: bases)
        #expect(told.findings.filter { $0.verdict == .worse }.map(\.subject) == [row.name])
        #expect(told.method?.contains("8 and 8 boots") == true)
    }

    // MARK: Shape

    @Test(arguments: [
        (change: 1, rule: Finding.Rule.newCall, subject: "dm_mq_queue_rq → map → extra"),
        (change: 2, rule: .vanishedCall, subject: "dm_mq_queue_rq → map → choose"),
        (change: 3, rule: .fanOut, subject: "dm_mq_queue_rq → start"),
    ])
    func whatChangesInEveryCallIsToldOfOneCapture(change: Int, rule: Finding.Rule, subject: String) throws {
        var policy = Policy()
        policy.time.isCompared = false
        let head = Array(Self.head.prefix(1)).changed { capture in
            switch change {
            case 1: capture.calls.insert(call("extra", 200, depth: 2), at: 3)
            case 2: capture.calls.remove(at: 2)
            default: capture.calls[3] = call("start", 600, depth: 1, each: 3)
            }
        }
        let result = try Self.result(head, base: Array(Self.base.prefix(1)), policy)
        #expect(
            result.findings.filter { $0.verdict == .worse }.map { [$0.rule.rawValue, $0.subject] } == [
                [rule.rawValue, subject]
            ])
    }

    @Test func ofAFewCallsNothingIsSureButItDoesNotPass() throws {
        var policy = Policy()
        policy.time.isCompared = false
        func with(_ calls: [CallNode], _ captures: [CaptureProfile]) -> [CaptureProfile] {
            captures.changed { $0.calls += calls }
        }
        let load = [call("table_load", 1), call("check", 1, depth: 1)]
        let (base, head) = (Array(Self.base.prefix(3)), Array(Self.head.prefix(3)))
        for changed in [with([load[0]], head), head, with(load + [call("extra", 1, depth: 1)], head)] {
            let result = try Self.result(changed, base: with(load, base), policy)
            #expect(
                result.verdict == .cannotTell && result.findings.filter { $0.verdict != .same }.count == 1,
                "\(result.findings)")
            policy.shape.leastCalls = 3
            #expect(try Self.result(changed, base: with(load, base), policy).verdict == .worse)
            policy.shape.leastCalls = 20
        }
        #expect(try Self.result(with(load, head), base: with(load, base), policy).verdict == .same)
    }

    @Test func whatIsBelowANewCallIsSaidOnce() throws {
        let head = Self.head.changed {
            $0.calls += [call("new", 200, depth: 1), call("below", 200, depth: 2), call("it", 200, depth: 3)]
        }
        let worse = try Self.result(head).findings.filter { $0.verdict == .worse }
        #expect(worse.map(\.subject) == ["dm_mq_queue_rq → new"])
        #expect(worse.first?.message.contains("2 ways of calling below it") == true)
    }

    @Test func anotherLayerIsACrossing() throws {
        let head = Self.head.changed { $0.calls.append(call("lock", 200, depth: 1, layer: "lock")) }
        let result = try Self.result(head)
        #expect(
            result.findings.contains {
                $0.rule == .crossing && $0.subject == "dm_mq_queue_rq: dm → lock" && $0.verdict == .worse
            })
    }

    @Test func whatVariesByItselfIsNoChange() throws {
        var random = SeededRandom(seed: 9)
        func varying(_ captures: [CaptureProfile], by most: Int) -> [CaptureProfile] {
            captures.changed { capture in
                let calls = Int.random(in: 1...most, using: &random)
                capture.calls.append(
                    CallNode(
                        depth: 1, function: "wake_up", layer: "sched", calls: calls, callersWith: calls, fewest: 1,
                        most: 1, selfNs: 100))
            }
        }
        #expect(try Self.result(varying(Self.head, by: 3), base: varying(Self.base, by: 3)).verdict == .same)
        // Seldom, and on one side only: an interrupt.
        #expect(try Self.result(varying(Self.head, by: 3)).verdict == .same)
    }

    @Test func whatHappensOftenOnOneSideIsAChangeThoughNotAlways() throws {
        let head = Self.head.changed { capture in
            capture.calls.append(
                CallNode(
                    depth: 1, function: "slow_path", layer: "dm", calls: 100, callersWith: 100, fewest: 1, most: 1,
                    selfNs: 100))
        }
        #expect(
            try Self.result(head).findings.filter { $0.verdict == .worse }.map(\.subject) == [
                "dm_mq_queue_rq → slow_path"
            ])
    }

    @Test func aLockInAFastPathHasItsOwnRule() throws {
        var policy = Policy()
        policy.shape.fast = ["dm_mq_*"]
        let head = Self.head.changed { $0.calls.append(call("_raw_spin_lock_irq", 200, depth: 1)) }
        let worse = try Self.result(head, policy).findings.filter { $0.verdict == .worse }
        #expect(worse.map(\.rule) == [.fastPath])
    }

    @Test func aliasesMakeARenamedFunctionTheSame() throws {
        let head = Self.head.changed { $0.calls[1] = call("map_it", 200, depth: 1) }
        let told = try Self.result(head).findings.filter { $0.verdict == .worse }
        #expect(told.count == 1 && told[0].message.contains("probably renamed ('same map map_it'"))
        var policy = Policy()
        policy.shape.aliases = try Aliases(text: "same map map_it", path: "a")
        #expect(try Self.result(head, policy).verdict == .same)
    }

    @Test func aliasesLookThroughWhatIsInlined() throws {
        let head = Self.head.changed { capture in
            capture.calls = [
                call("dm_mq_queue_rq", 200), call("choose", 200, depth: 1), call("start", 400, depth: 1, each: 2),
            ]
        }
        let told = try Self.result(head).findings.filter { $0.verdict == .worse }
        #expect(told.count == 1 && told[0].message.contains("probably inlined ('inlined map'"))
        var policy = Policy()
        policy.shape.aliases = try Aliases(text: "# one\ninlined map\n", path: "a")
        #expect(try Self.result(head, policy).verdict == .same)
    }

    @Test func whatHasChangedBelowARenamedFunctionIsNamed() throws {
        func tree(_ name: String, _ last: String) -> [CallNode] {
            [call("dm_mq_queue_rq", 200), call(name, 200, depth: 1)] + ["a", "b", last].map { call($0, 200, depth: 2) }
        }
        let result = try Self.result(
            Self.head.changed { $0.calls = tree("issue_now", "lookup") },
            base: Self.base.changed { $0.calls = tree("try_issue", "c") })
        let worse = result.findings.filter { $0.verdict == .worse }
        #expect(worse.map(\.rule) == [.vanishedCall, .vanishedCall, .newCall])
        #expect(worse.first?.message.contains("'same try_issue issue_now'") == true)
        #expect(
            worse.dropFirst().map(\.subject) == [
                "dm_mq_queue_rq → try_issue → c", "dm_mq_queue_rq → try_issue → lookup",
            ])
    }

    @Test func aliasesThatGoInCirclesComeToAnEnd() throws {
        let circle = try Aliases(text: "same a b\nsame b a\ninlined a", path: "a")
        #expect(circle.name("a") == "b" && circle.name("b") == "a")
        #expect(circle.applied(to: [call("root", 1), call("a", 1, depth: 1), call("x", 1, depth: 2)]).count > 0)
    }

    // MARK: Losses, and what cannot be compared

    @Test func aCaptureWithLossesDoesNotPass() throws {
        let head = Self.head.enumerated().map { number, capture in
            var capture = capture
            if number == 3 { capture.losses.events = 1 }
            return capture
        }
        let result = try Self.result(head)
        #expect(result.verdict == .cannotTell && !result.passes)
        #expect(result.findings.filter { $0.rule == .loss }.map(\.subject) == [head[3].name])
    }

    @Test(arguments: [0, 1, 2, 3, 4])
    func whatWasRecordedOtherwiseIsRefused(_ what: Int) {
        let head = Self.head.changed { capture in
            switch what {
            case 0: capture.scope = ["*"]
            case 1: capture.interrupts = true
            case 2: capture.identity.clock = "local"
            case 3: capture.identity.flows = ["io"]
            default: capture.requests = nil
            }
        }
        #expect { try Self.result(head) } throws: { ($0 as? GateError)?.problem.contains("cannot be compared") == true }
    }

    @Test func aCheckThatLooksAtNothingPassesNothing() throws {
        var policy = Policy()
        (policy.time.isCompared, policy.shape.isCompared) = (false, false)
        let result = try Self.result(Self.head, policy)
        #expect(result.findings.map(\.rule) == [.coverage] && !result.passes)
    }

    @Test func aNameOfNothingIsAnError() {
        for name in ["reqests", "stage nothing*"] {
            var policy = Policy()
            policy.time.rows = ["root *", name]
            #expect { try Self.result(Self.head, policy) } throws: { "\($0)".contains("'\(name)' in 'rows'") }
            policy = Policy()
            policy.shape.fast = ["dm_mq_queue_rq", name]
            #expect { try Self.result(Self.head, policy) } throws: { "\($0)".contains("'\(name)' in 'fast'") }
        }
    }

    @Test func budgetsAloneCompareWithNothing() throws {
        var policy = Policy()
        policy.budgets = [Budget("b", .nothingLost)]
        let result = try Self.result(Self.head, base: [], policy)
        #expect(result.verdict == .same && result.notes.isEmpty && result.base == 0)
    }

    @Test func otherKernelsAndMapsAreSaid() throws {
        let head = Self.head.changed {
            $0.identity.kernel = "6.12.0"
            $0.topology = ["mpatha: bio"]
        }
        let result = try Self.result(head)
        #expect(result.notes.contains("other kernels: 6.1.0 in base, 6.12.0 in head"))
        #expect(result.notes.contains("maps: only in head: mpatha: bio"))
    }

    @Test func aCaptureIsNotComparedWithItself() {
        #expect(throws: GateError.self) { try Self.result(Self.base) }
    }
}
