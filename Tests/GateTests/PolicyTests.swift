import Testing

@testable import Gate

/// A policy's file, and what it refuses.
@Suite struct PolicyTests {
    private static func policy(_ text: String) throws -> Policy {
        try Policy(
            Array(text.utf8), path: "p.yml",
            flows: ["io": ["dm_mq_queue_rq", "dm_submit_bio"], "load": ["table_load"]],
            read: { name in
                if name == "aliases" { return "same a b\n" }
                throw GateError(name, "is not there")
            })
    }

    @Test func everyKeyIsRead() throws {
        let policy = try Self.policy(
            """
            cannot-tell: pass
            time:
              tolerance: 5%
              speed-tolerance: 0.3
              floor: 2us
              least-count: 50
              false-alarms: 1%
              figures: [p50, p99]
              rows: [requests, "stage *"]
              ignore: "stage dm end"
              order: any
            shape:
              floor: 0.1
              least-calls: 40
              ignore: [wake_up_process]
              fast: [dm_mq_queue_rq]
              aliases: aliases
            classes:
              lock: [my_lock*]
              slow: my_sleep
            budgets: []
            """)
        #expect(policy.passesCannotTell)
        #expect(policy.time.tolerance == 0.05 && policy.time.speedTolerance == 0.3 && policy.time.floorNs == 2_000)
        #expect(policy.time.leastCount == 50 && policy.time.falseAlarms == 0.01 && policy.time.figures == [.p50, .p99])
        #expect(
            policy.time.rows == ["requests", "stage *"] && policy.time.ignored == ["stage dm end"]
                && policy.time.anyOrder)
        #expect(policy.shape.floor == 0.1 && policy.shape.leastCalls == 40 && policy.shape.fast == ["dm_mq_queue_rq"])
        #expect(policy.shape.aliases.name("b") == "a")
        #expect(policy.classes.has("my_lock_it", in: "lock") && policy.classes.has("_raw_spin_lock", in: "lock"))
        #expect(policy.classes.name(of: "my_sleep") == "slow")
    }

    @Test func anEmptyOneIsTheDefault() throws {
        var policy = try Self.policy("# nothing yet\n")
        policy.path = ""
        #expect(policy == Policy())
        #expect(try !Self.policy("time: off\nshape: off").time.isCompared)
    }

    @Test(arguments: [
        (
            "root: io\n  p99: 8us",
            Budget.Bound.time(
                rows: .init(names: ["root dm_mq_queue_rq", "root dm_submit_bio"], kind: .root), figure: .p99,
                mostNs: 8_000)
        ),
        (
            "root: load\n  layer: dm\n  p50: 1.5ms",
            .time(rows: .init(names: ["root table_load, layer dm"], kind: .layer), figure: .p50, mostNs: 1_500_000)
        ),
        (
            "layer: dm\n  p90: 1s",
            .time(rows: .init(names: ["root *, layer dm"], kind: .layer), figure: .p90, mostNs: 1e9)
        ),
        (
            "stage: libiscsi queue\n  path: '*'\n  p99: 50us",
            .time(rows: .init(names: ["path *, stage libiscsi queue"], kind: .pathStage), figure: .p99, mostNs: 50_000)
        ),
        (
            "path: mpatha/*\n  usual: 10ns",
            .time(rows: .init(names: ["path mpatha/*"], kind: .path), figure: .usual, mostNs: 10)
        ),
        ("row: requests\n  p50: 1ms", .time(rows: .init(names: ["requests"], kind: nil), figure: .p50, mostNs: 1e6)),
        ("never: schedule\n  under: dm_mq_queue_rq", .never(what: "schedule", under: "dm_mq_queue_rq")),
        ("calls: allocation\n  per: request\n  most: 1", .calls(what: "allocation", per: .request, most: 1)),
        (
            "calls: map\n  per: dm_mq_queue_rq\n  most: 0.5",
            .calls(what: "map", per: .call("dm_mq_queue_rq"), most: 0.5)
        ),
        ("imbalance: mpatha\n  most: 1.2", .imbalance(map: "mpatha", most: 1.2)), ("joined: all", .allJoined),
        ("lost: nothing", .nothingLost),
    ])
    func everyBudgetIsRead(_ text: String, _ bound: Budget.Bound) throws {
        let policy = try Self.policy("budgets:\n- name: one\n  comment: '@storage'\n  expires: 2027-06-30\n  \(text)\n")
        #expect(policy.budgets == [Budget("one", bound, comment: "@storage", expires: "2027-06-30", place: "p.yml:2")])
    }

    @Test(arguments: [
        ("tiem: off", "p.yml:1: 'tiem' is not known here"), ("time:\n  tolerence: 5%", "p.yml:2: 'tolerence'"),
        ("time: 5", "p.yml:1: needs keys"),
        ("time:\n  tolerance: -5%", "p.yml:2: 'tolerance' is '-5%'"), ("time:\n  tolerance: 10", "no part"),
        ("time:\n  tolerance: 1001%", "no part"), ("time:\n  tolerance: nan", "no part"),
        ("time:\n  false-alarms: 100%", "no part"),
        ("time:\n  floor: 5", "no time such as"), ("time:\n  figures: [p51]", "'p51' is no figure"),
        ("time:\n  rows: []", "needs a value"),
        ("cannot-tell: maybe", "it can be fail or pass"), ("a: b\na: c", "'a' is not known"),
        ("time: off\ntime: off", "'time' is there twice"),
        ("budgets:\n- p99: 8us\n  root: io", "p.yml:2: a budget needs a 'name'"),
        ("budgets:\n- name: x\n  p99: 8us", "bounds nothing"),
        ("budgets:\n- name: x\n  never: y", "bounds nothing"),
        ("budgets:\n- name: x\n  joined: all\n  p99: 1us", "bounds nothing"),
        ("budgets:\n- name: x\n  joined: most", "it can be all"),
        ("budgets:\n- name: x\n  joined: all\n  expires: soon", "is no day"),
        ("budgets:\n- name: x\n  joined: all\n- name: x\n  lost: nothing", "'x' is there twice"),
        ("budgets: 5", "'budgets' is a list"),
        ("shape:\n  aliases: missing", "'missing' cannot be read"), ("time: [", "p.yml:2: is no YAML"),
        ("a: 1\n---\nb: 2", "p.yml"), ("- a", "needs keys"),
        ("time:\n  rows: [a, {b: c}]", "is no name"), ("&a [*a]", "p.yml"), ("time: &a\n  rows: *a", "p.yml"),
    ])
    func whatIsNoPolicyIsRefused(_ text: String, _ problem: String) {
        #expect { try Self.policy(text) } throws: { error in
            error is GateError && "\(error)".contains(problem) && !"\(error)".contains("\n")
        }
    }
}
