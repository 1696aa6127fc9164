import GraphParser

/// Where requests come from: bios, and when the first one came.
extension PointerJoin {
    /// A plug is over when its thread sleeps or is preempted.
    private static let longestPlugNs: UInt64 = 20_000_000

    /// More than bring bios at once; beyond, those that are on their way are told as missed.
    private static let maxThreads = 1 << 16

    /// When the request's first bio came, and from whom.
    mutating func arrived(_ slot: Int, _ dispatch: Dispatch, _ moment: Moment) {
        let isMadeKnown = clockIsMonotonic && dispatch.made > 0
        // A bio that came when the request was there has been merged at its front, and is not the one that it was made of. But since 6.9 the
        // kernel looks at the clock once for all requests of a plug, before their bios come: where all of a request's bios are known, and
        // came as soon as they do in a plug, the first of them is the one. Where not all are known, an earlier one may be what was missed.
        let latest = isMadeKnown ? dispatch.made : moment.time
        if let bios = bios(of: dispatch, moment), bios.isWhole != false || isMadeKnown,
            bios.moment.time <= (bios.isWhole == true ? latest.addingSaturated(Self.longestPlugNs) : latest)
        {
            (table[slot].bios, table[slot].submitter) = (bios.count, bios.moment.tid)
            table[slot].pass(.arrived, bios.moment)
        } else if seesBios, dispatch.bytes > 0 {
            table[slot].standIn(.arrived)
        }
        let from = table[slot].steps.last?.time ?? 0
        if isMadeKnown, dispatch.made > from, dispatch.made <= moment.time {
            // Whoever brought the bio made the request.
            table[slot].pass(.queued, Moment(time: dispatch.made, cpu: moment.cpu, tid: table[slot].submitter))
        }
    }

    /// What is known of the bios that a request is made of.
    struct Bios {
        /// When the first of them came, as far as they are known.
        let moment: Moment
        let count: Int
        /// Whether these are all of them; nil where the trace does not tell.
        let isWhole: Bool?
    }

    /// By their places, where no others can be meant; else by the first one's address, at which the rest of a bio that was split has come
    /// anew.
    mutating func bios(of dispatch: Dispatch, _ moment: Moment) -> Bios? {
        let byAddress = bios.take(of: dispatch)
        guard let device = dispatch.device, dispatch.bytes > 0 else { return byAddress }
        let place = SectorJoin.Place(device: device, sector: dispatch.sector)
        guard let found = arrivals.take(place, sectors: UInt64(dispatch.bytes) / 512, now: moment.time),
            found.isCertain, found.bios.isWhole == true || byAddress == nil
        else { return byAddress }
        return found.bios
    }

    // MARK: As bios come

    mutating func bioQueued(_ bio: UInt64, _ moment: Moment) {
        seesBios = true
        if seesPlaces, bringing.remove(moment.thread) == nil { return }
        bios.add(bio, moment)
    }
    mutating func bioQueued(_ place: SectorJoin.Place, sectors: UInt64, _ moment: Moment) {
        (seesBios, seesPlaces) = (true, true)
        if bringing.count >= Self.maxThreads { bringing.removeAll() }
        bringing.insert(moment.thread)
        arrivals.add(place, sectors: sectors, moment)
    }
    mutating func bioMerged(_ request: UInt64) { bios.merge(into: request) }
    mutating func bioEnded(_ bio: UInt64) { bios.remove(bio) }
}
