/// Which settings would have shortened the longest stall, said only where it was seen that nothing else held it up: the timer ran out,
/// and what it had kept back went on at once.
struct FailoverAdvice {
    let all: [Incident.Advice]

    private static let second: UInt64 = 1_000_000_000

    /// A timer, whose time it is in a stall, and what to set.
    private struct Setting {
        let timer: String
        let owner: StallOwner
        let setting: String
        /// What it can be set to at least.
        let leastNs: UInt64
    }

    private static let settings = [
        Setting(
            timer: "recovery_tmo", owner: .session, setting: "fast_io_fail_tmo (multipath.conf)", leastNs: second),
        Setting(
            timer: "ping_tmo", owner: .pingWait, setting: "node.conn[0].timeo.noop_out_timeout", leastNs: second),
        Setting(
            timer: "recv_tmo", owner: .pingWait, setting: "node.conn[0].timeo.noop_out_interval", leastNs: second),
        Setting(
            timer: "polling_interval", owner: .checker, setting: "polling_interval (multipath.conf)", leastNs: second),
    ]

    init(_ incident: Incident) {
        guard let longest = incident.stalls.first, !longest.isUnfinished, longest.error == nil else {
            all = []
            return
        }
        all = Self.settings.compactMap { Self.advice($0, incident, longest) }.sorted { $0.savedNs > $1.savedNs }
    }

    private static func advice(
        _ setting: Setting, _ incident: Incident, _ longest: Incident.Stall
    ) -> Incident.Advice? {
        let end = longest.startNs.addingSaturated(longest.ns)
        // One timer only: of several, it is not known which one held it up.
        let timers = incident.timers.filter { timer in
            timer.timer == setting.timer && timer.ranOut && timer.atNs > longest.startNs && timer.atNs <= end
        }
        // Earlier, another path would have taken it: one did at once, and it waited for nothing else.
        let waits: Set<StallOwner> = [.noPath, .checker, .daemon, .groupInit]
        if setting.owner != .checker {
            guard let path = timers.first?.path, longest.tries.contains(path), longest.tries.last != path,
                !longest.parts.contains(where: { waits.contains($0.owner) })
            else { return nil }
        }
        guard timers.count == 1, let timer = timers.first, let isNs = timer.predictedNs, isNs > setting.leastNs,
            // What is ended by it must have begun before it, and it must be what the time went to.
            case let owned = longest.parts.filter({ $0.owner == setting.owner }).reduce(0 as UInt64, { $0 + $1.ns }),
            owned > 0
        else { return nil }
        // Not longer than the request waited for it.
        let saved = min(isNs - setting.leastNs, timer.observedNs - min(setting.leastNs, timer.observedNs), owned)
        guard saved >= second / 2 else { return nil }
        return Incident.Advice(
            setting: setting.setting, isNs: isNs, mightBeNs: setting.leastNs, savedNs: saved,
            text:
                "\(setting.setting): with \(Figures.seconds(setting.leastNs)) instead of \(Figures.seconds(isNs)), the longest stall would have been \(Figures.seconds(saved)) shorter"
        )
    }
}
