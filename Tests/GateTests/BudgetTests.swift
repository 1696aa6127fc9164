import Testing

@testable import Gate

/// Bounds that captures have to keep.
@Suite struct BudgetTests {
    private static func findings(
        _ bound: Budget.Bound, _ captures: [CaptureProfile] = Profiles.some(6), expires: String? = nil
    ) throws -> [Finding] {
        var policy = Policy()
        policy.budgets = [Budget("b", bound, comment: "mine", expires: expires, place: "p.yml:3")]
        return try BudgetCheck(head: captures, all: captures, policy: policy, today: "2026-11-27").findings()
    }

    private static func time(_ name: String, _ figure: Figure, _ ns: Double) -> Budget.Bound {
        .time(rows: .init(names: [name], kind: nil), figure: figure, mostNs: ns)
    }

    @Test func aTimeIsKeptBrokenOrNotSure() throws {
        func verdict(_ ns: Double) throws -> [Verdict] {
            try Self.findings(Self.time("requests", .p50, ns)).map(\.verdict)
        }
        #expect(try verdict(25_000) == [.same])
        let worse = try Self.findings(Self.time("requests", .p50, 15_000))
        #expect(worse.map(\.verdict) == [.worse], "\(worse)")
        let value = try #require(try Self.findings(Self.time("requests", .p50, 25_000)).first?.effect?.head)
        #expect(try verdict(value) == [.cannotTell])
        #expect(try Self.findings(Self.time("stage *", .p50, 25_000)).count == 3)
    }

    @Test func whatMatchesNothingIsAnError() {
        for bound in [
            Self.time("stage nothing", .p50, 1e9), .never(what: "schedule", under: "nothing"),
            .calls(what: "map", per: .call("nothing"), most: 1),
            .never(what: "not_recorded_at_all", under: "map"), .imbalance(map: "mpathz", most: 2),
            .never(what: "lock", under: "map"),
        ] {
            #expect { try Self.findings(bound) } throws: { ($0 as? GateError)?.subject == "p.yml:3: budget 'b'" }
        }
    }

    @Test func belowWhatCapturesCanShowIsAnError() {
        #expect { try Self.findings(Self.time("requests", .p99, 1e9), Profiles.some(4)) } throws: {
            "\($0)".contains("needs 1000; record 1 more")
        }
        let costly = Profiles.some(6).changed { $0.identity.cost = .init(callNs: 2_500) }
        #expect { try Self.findings(Self.time("root dm_mq_queue_rq", .p50, 2_499), costly) } throws: {
            "\($0)".contains("no capture can show")
        }
        #expect(throws: Never.self) { try Self.findings(Self.time("root dm_mq_queue_rq", .p50, 2_500), costly) }
        // A request's latency has no tracer's cost in it.
        #expect(throws: Never.self) { try Self.findings(Self.time("requests", .p50, 2_499), costly) }
    }

    @Test func p99NeedsAThousandTimes() throws {
        #expect(try Self.findings(Self.time("requests", .p99, 1e9), Profiles.some(5)).map(\.verdict) == [.same])
    }

    @Test func anExpiredBudgetIsAnError() {
        #expect { try Self.findings(.allJoined, expires: "2026-11-26") } throws: {
            "\($0)".contains("has expired on 2026-11-26")
        }
        #expect(throws: Never.self) { try Self.findings(.allJoined, expires: "2026-11-27") }
    }

    @Test func aCallThatMustNotBeIsFound() throws {
        #expect(try Self.findings(.never(what: "schedule", under: "dm_mq_queue_rq")).map(\.verdict) == [.same])
        let sleeping = Profiles.some(6).enumerated().map { number, capture in
            var capture = capture
            if number == 5 { capture.calls.insert(call("schedule", 1, depth: 2), at: 2) }
            return capture
        }
        let found = try Self.findings(.never(what: "sched*", under: "dm_mq_queue_rq"), sleeping)
        #expect(
            found.map(\.verdict) == [.worse] && found[0].message.contains("dm_mq_queue_rq → map → schedule")
                && found[0].comment == "mine")
        // A module is recorded whole: whoever names it may say what never was.
        #expect(try Self.findings(.never(what: "fail_path [dm_mod]", under: "map")).map(\.verdict) == [.same])
        #expect(throws: GateError.self) { try Self.findings(.never(what: "fail_path [scsi_mod]", under: "map")) }
        #expect(throws: GateError.self) { try Self.findings(.never(what: "fail_path", under: "map")) }
        // Beside it is not under it.
        #expect(try Self.findings(.never(what: "schedule", under: "start"), sleeping).map(\.verdict) == [.same])
    }

    @Test func callsAreCountedForRequestsAndRoots() throws {
        #expect(try Self.findings(.calls(what: "start", per: .request, most: 2)).map(\.verdict) == [.same])
        #expect(try Self.findings(.calls(what: "start", per: .request, most: 1.99)).map(\.verdict) == [.worse])
        #expect(
            try Self.findings(.calls(what: "start", per: .call("dm_*"), most: 1)).map(\.subject) == [
                "b: dm_mq_queue_rq"
            ])
        #expect(throws: GateError.self) { try Self.findings(.calls(what: "bio_misspelt", per: .request, most: 1)) }
        #expect(try Self.findings(.calls(what: "allocation", per: .request, most: 0)).map(\.verdict) == [.same])
    }

    @Test func whatWasLostWouldHaveCounted() throws {
        let losing = Profiles.some(6).changed { $0.losses.missedByProbes = 1 }
        #expect(try Self.findings(.never(what: "schedule", under: "map"), losing).map(\.verdict) == [.cannotTell])
        #expect(try Self.findings(.nothingLost, losing).map(\.verdict) == [.worse])
        #expect(try Self.findings(.nothingLost).map(\.verdict) == [.same])
    }

    @Test func pathsShareTheirTries() throws {
        #expect(try Self.findings(.imbalance(map: "mpatha", most: 1.2)).map(\.verdict) == [.same])
        let row = Row(.path, of: "mpatha/127.0.0.1:3260")
        let busy = Profiles.some(6).changed { capture in
            var times = capture.times[row]!.times
            times.merge(times)
            capture.times[row] = Distribution(times)
        }
        let found = try Self.findings(.imbalance(map: "*", most: 1.2), busy)
        #expect(found.map(\.verdict) == [.worse] && found[0].message.contains("1.33 times"))
    }

    @Test func everyRequestIsJoined() throws {
        #expect(try Self.findings(.allJoined).map(\.verdict) == [.same])
        let bad = Profiles.some(6).changed { $0.requests!.ambiguous = 1 }
        #expect(try Self.findings(.allJoined, bad).map(\.verdict) == [.worse])
        #expect(throws: GateError.self) {
            try Self.findings(.allJoined, Profiles.some(6).changed { $0.requests = nil })
        }
    }
}
