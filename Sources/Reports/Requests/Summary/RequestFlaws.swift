/// What cannot be in a summary of requests, whoever wrote it.
extension RequestSummary {
    /// Whether traces can have left it.
    var isSound: Bool {
        let numbers = [
            seen, byPointer, bySector, ambiguous, disagreed, failed, retried, busyDispatches, otherCommands, unseen,
            missedByProbes,
        ]
        return numbers.allSatisfy { $0 >= 0 } && latency.count == joined
            && seen == unjoined.reduce(joined) { $0.addingSaturated($1.count) } && untilData.count <= joined
            && Self.isSound(unjoined) && Self.isSound(stoodIn) && Self.areSound(stages) && Summary.areInOrder(layers)
            && layers.allSatisfy { Summary.isPlain($0.layer) && $0.ns.count > 0 }
            && Summary.areInOrder(operations) && Summary.areInOrder(maps)
            && (operations + maps).allSatisfy { Summary.isPlain($0.name) && $0.latency.count > 0 }
            && Summary.areInOrder(sizes) && sizes.allSatisfy { $0.latency.count > 0 }
            && Summary.areInOrder(paths) && paths.allSatisfy(\.isSound) && overTime.isSound
            && slowest.count <= Self.slowestCount && slowest.allSatisfy(\.isSound)
            && zip(slowest, slowest.dropFirst()).allSatisfy { !$1.precedes($0) }
    }

    private static func isSound(_ counts: [Count]) -> Bool {
        Summary.areInOrder(counts) && counts.allSatisfy { Summary.isPlain($0.name) && $0.count > 0 }
    }

    fileprivate static func areSound(_ stages: [Stage]) -> Bool {
        Summary.areInOrder(stages)
            && stages.allSatisfy { Summary.isPlain($0.stage) && Summary.isPlain($0.layer) && $0.ns.count > 0 }
    }
}

extension RequestSummary.Path {
    fileprivate var isSound: Bool {
        [tries, failed, rejected, retries].allSatisfy { $0 >= 0 } && latency.count <= tries
            && RequestSummary.areSound(stages) && facts.isSound && overTime?.isSound != false
    }
}

extension PathFacts {
    fileprivate var isSound: Bool {
        [map, device, devno, hctl, session, portal, target].allSatisfy(Summary.isPlain) && group ?? 1 >= 0
    }
}

extension SlowRequest {
    fileprivate var isSound: Bool {
        bytes >= 0 && [source, map, operation, error].allSatisfy(Summary.isPlain)
            && tries.allSatisfy { one in
                one.rounds >= 0 && Summary.isPlain(one.path) && Summary.isPlain(one.error)
                    && one.stages.allSatisfy { Summary.isPlain($0.stage) && Summary.isPlain($0.layer) }
            }
    }
}
