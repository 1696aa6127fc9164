import Reports
import TraceFormat

@testable import Gate

/// Captures as a gate keeps them, made up: what a test changes is all that differs.
enum Profiles {
    /// - Parameters:
    ///   - count: how many.
    ///   - boot: in which they were recorded.
    ///   - first: the number of the first, which tells when it was recorded; the others are two apart.
    ///   - seed: of what varies.
    static func some(_ count: Int, boot: String = "b", first: Int = 0, seed: UInt64 = 1) -> [CaptureProfile] {
        var random = SeededRandom(seed: seed &+ UInt64(first))
        return (0..<count).map { one(number: first + 2 * $0, boot: boot, &random) }
    }

    private static func one(number: Int, boot: String, _ random: inout SeededRandom) -> CaptureProfile {
        var identity = TraceIdentity()
        (identity.host, identity.boot, identity.kernel, identity.clock) = ("lab", boot, "6.1.0", "mono")
        (identity.startNs, identity.flows) = (UInt64(number) * 1_000_000_000, ["io", "requests"])
        var profile = CaptureProfile(name: "\(number).dat", identity: identity)
        profile.scope = ["[dm_mod]", "schedule", "bio_*", "kmem_cache_alloc*"]
        (profile.requests, profile.interrupts) = (CaptureProfile.Requests(), false)
        (profile.requests!.seen, profile.requests!.joined) = (200, 200)
        profile.topology = ["mpatha: mq, queue_if_no_path"]
        profile.calls = [
            call("dm_mq_queue_rq", 200), call("map", 200, depth: 1), call("choose", 200, depth: 2),
            call("start", 400, depth: 1, each: 2),
        ]
        // A machine that is busy now and then, and a little noise in each row.
        let speed = Double.random(in: 0.95...1.05, using: &random)
        for row in rows { profile.times[row] = times(speed * Double.random(in: 0.99...1.01, using: &random) * 20_000) }
        return profile
    }

    static let rows =
        [Row(.root, of: "dm_mq_queue_rq"), Row(.requests), Row(.untilData)]
        + ["dm", "block", "scsi", "libiscsi"].map { Row(.layer, of: "dm_mq_queue_rq", part: $0) }
        + ["dm queue", "path choice", "libiscsi queue"].map { Row(.stage, part: $0) }
        + ["mpatha/127.0.0.1:3260", "mpatha/127.0.0.2:3260"].map { Row(.path, of: $0) }

    /// Two hundred times about as long.
    static func times(_ ns: Double) -> Distribution {
        var times = Histogram()
        for step in 0..<200 { times.record(UInt64(ns * (0.9 + Double(step) / 1000))) }
        return Distribution(times)
    }
}

extension [CaptureProfile] {
    /// Each changed alike.
    func changed(_ change: (inout CaptureProfile) -> Void) -> [CaptureProfile] {
        map {
            var capture = $0
            change(&capture)
            return capture
        }
    }
}
