extension Report.Requests {
    /// What the sums of requests come to.
    init(_ summary: RequestSummary) {
        self.init(
            findings: RequestFindings(summary: summary).sentences, seen: summary.seen, joined: summary.joined,
            unjoined: Self.reasons(summary.unjoined), ambiguous: summary.ambiguous, disagreed: summary.disagreed,
            by: summary.bySector == 0 ? "pointer" : summary.byPointer == 0 ? "sector" : "both",
            stoodIn: Self.reasons(summary.stoodIn), unseen: summary.unseen, missedByProbes: summary.missedByProbes,
            failed: summary.failed, retried: summary.retried,
            busyDispatches: summary.busyDispatches, otherCommands: summary.otherCommands,
            latency: .init(summary.latency), untilData: .init(summary.untilData),
            stages: summary.stages.map(Stage.init),
            layers: summary.layers.map { Layer(layer: $0.layer, latency: .init($0.ns)) }
                .sorted { ($1.latency.sumNs, $0.layer) < ($0.latency.sumNs, $1.layer) },
            operations: Self.groups(summary.operations),
            sizes: summary.sizes.map { Size(upToBytes: $0.upToBytes, latency: .init($0.latency)) },
            maps: Self.groups(summary.maps), overTime: Self.intervals(summary.overTime),
            firstStartNs: summary.overTime.firstStartNs, lastEndNs: summary.overTime.lastEndNs, slowest: summary.slowest
        )
    }

    private static func reasons(_ counts: [RequestSummary.Count]) -> [Reason] {
        counts.map { Reason(reason: $0.name, count: $0.count) }
            .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    }

    private static func groups(_ groups: [RequestSummary.Group]) -> [Group] {
        groups.map { Group(name: $0.name, bytes: $0.bytes, latency: .init($0.latency)) }
            .sorted { ($1.latency.sumNs, $0.name) < ($0.latency.sumNs, $1.name) }
    }

    private static func intervals(_ rates: RequestRates) -> [Interval] {
        rates.intervals.map { interval in
            Interval(
                startNs: interval.number &* rates.intervalNs, lengthNs: rates.intervalNs, requests: interval.requests,
                bytes: interval.bytes,
                meanDepth: interval.underWayNs.map {
                    (Double($0) / Double(rates.intervalNs) * 100).rounded() / 100
                },
                maxDepth: interval.maxDepth, maxNs: interval.maxNs)
        }
    }
}

extension Report.Requests.Stage {
    init(_ stage: RequestSummary.Stage) {
        self.init(stage: stage.stage, layer: stage.layer, latency: .init(stage.ns))
    }
}

extension Report.Path {
    init(_ path: RequestSummary.Path, of summary: RequestSummary) {
        let facts = path.facts
        self.init(
            map: facts.map, group: facts.group, device: facts.device, devno: facts.devno, hctl: facts.hctl,
            session: facts.session, portal: facts.portal, target: facts.target, tries: path.tries, failed: path.failed,
            rejected: path.rejected, retries: path.retries, bytes: path.bytes, latency: .init(path.latency),
            stages: path.stages.map(Report.Requests.Stage.init),
            comparison: summary.verdict(on: path).map(Comparison.init))
    }
}

extension Report.Path.Comparison {
    init(_ verdict: RequestSummary.Verdict) {
        let comparison = verdict.comparison
        self.init(
            shiftNs: comparison.shiftNs, addedNs: comparison.addedNs,
            slowerInPercent: (comparison.slowerInPercent * 10).rounded() / 10,
            deviations: (comparison.deviations * 10).rounded() / 10, isSlow: verdict.isSlow, stage: verdict.stage?.name)
    }
}
