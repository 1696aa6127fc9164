import Decompression
import TestSupport
import Testing

@testable import Gate

/// Baselines of real captures: the same reads on two kernels.
@Suite struct KernelsTests {
    private static func captures(_ kernel: String) throws -> [CaptureProfile] {
        let json = try Shell.output("xz -dc", input: Fixtures.bytes("gate/reads-\(kernel).json.xz"))
        return try Baseline(json: json, path: kernel).captures
    }

    private static func worse(_ aliases: Aliases, areBuiltin: Bool = false) throws -> [Finding] {
        var policy = Policy()
        (policy.time.isCompared, policy.shape.aliases) = (false, aliases)
        // As if it were one kernel's, where dmflow's own aliases are not looked at.
        let (base, head) = (try captures("6.1"), try captures("6.12"))
        let kernel = base[0].identity.kernel
        return try Check(
            base: base, head: areBuiltin ? head : head.changed { $0.identity.kernel = kernel }, policy: policy
        ).result().findings.filter {
            $0.verdict == .worse
        }
    }

    @Test func whatHasChangedBetweenKernelsIsNamedOnce() throws {
        let found = try Self.worse(Aliases())
        #expect(
            found.map { $0.message.prefix { $0 != ":" } } == [
                "__blk_mq_try_issue_directly is gone, and blk_mq_request_issue_directly is in its place",
                "__blk_mq_issue_directly is new, and makes calls that __blk_mq_try_issue_directly made",
                "blk_mq_get_budget_and_tag is new, and makes calls that __blk_mq_try_issue_directly made",
                "__blk_mq_get_driver_tag is gone, and __blk_mq_alloc_driver_tag is in its place",
            ])
        // What is suggested is what it takes.
        let lines = found.compactMap { $0.message.firstMatch(of: /\('(.*)' in the aliases\)/).map { String($0.1) } }
        #expect(try Self.worse(Aliases(text: lines.joined(separator: "\n"), path: "suggested")).isEmpty)
    }

    @Test func dmflowsOwnAliasesKnowThem() throws { #expect(try Self.worse(Aliases(), areBuiltin: true).isEmpty) }

    @Test func halvesOfRealCapturesAreTheSame() throws {
        let captures = try Self.captures("6.1").prefix(32)
        let (base, head) = (
            captures.enumerated().filter { $0.offset % 2 == 0 }, captures.enumerated().filter { $0.offset % 2 == 1 }
        )
        var check = Check(base: base.map(\.element), head: head.map(\.element), policy: Policy())
        check.exchanges = 1_999
        let result = try check.result()
        #expect(result.verdict == .same, "\(result.findings.filter { $0.verdict != .same }.map(\.message))")
        check = Check(base: base.map(\.element), head: head.map(\.element), policy: Policy())
        (check.isPaired, check.exchanges) = (true, 1_999)
        let paired = try check.result()
        #expect(paired.verdict == .same, "\(paired.findings.filter { $0.verdict != .same }.map(\.message))")
        #expect(paired.method?.contains("16 and 16 pairs") == true)
    }

    /// The whole curve is measured by `Benchmarks/gate`.
    @Test func aSlowerLayerOfRealCapturesIsSeen() throws {
        let text = try Calibration(Self.captures("6.1"), Policy(), side: 12, rounds: 12, seed: 3).text
        #expect(text.contains("false alarms, 0 of 12"))
        let seen = try #require(text.firstMatch(of: /seen, (\d+) of 12/).flatMap { Int($0.1) })
        #expect(seen >= 11, "\(text)")
    }
}
