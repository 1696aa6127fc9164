import GraphParser

/// What SCSI does with a request's clone: the command lies behind the clone in memory.
extension PointerJoin {
    /// SCSI is given a request, which is a clone or not.
    mutating func issued(_ clone: UInt64, _ moment: Moment) {
        guard let slot = clones[clone] else { return strays.pass(clone, .issued, moment) }
        if table[slot].isIssuedFirst {
            // No path had room for it, and another request's clone has its address.
            clones.remove(clone)
            return strays.pass(clone, .issued, moment)
        }
        table[slot].beginRoundIfOver()
        table[slot].pass(.issued, moment)
        dispatching.set(moment.thread, slot)
    }

    /// A command is about to be given to a driver, in the thread that dispatches its request.
    ///
    /// - Parameter block: the first one of it; nil if the event does not tell, or the command has none.
    mutating func commanded(_ address: SCSIAddress?, block: UInt64?, _ moment: Moment) {
        if block != nil { tellsBlocks = true }
        guard let slot = dispatching[moment.thread], table.isUsed[slot],
            table[slot].last == .cloned || table[slot].last == .issued
        else { return commandedElsewhere(address, block, moment) }
        // A clone that no path took leaves its thread to others' commands: those that SCSI sends again, or the path checker's.
        if table[slot].place != nil, tellsBlocks, !table[slot].canBegin(at: block) { return }
        addresses.learn(table[slot].tries.last?.disk, address)
        table[slot].pass(.commanded, moment)
    }

    /// In a thread that no request was dispatched in: one that had to wait for its path's queue, or is sent again.
    private mutating func commandedElsewhere(_ address: SCSIAddress?, _ block: UInt64?, _ moment: Moment) {
        guard let address, let block else { return }
        let all = places.begin(at: block).filter { slot in
            let live = table[slot]
            guard let disk = live.tries.last?.disk, addresses.all[disk] == address, let last = live.last else {
                return false
            }
            return last == .cloned || last == .issued || last == .retried
        }
        guard all.count == 1 else { return }
        table[all[0]].beginRoundIfOver()
        table[all[0]].pass(.commanded, moment)
    }

    /// The same, where the command is known.
    mutating func commanded(command: UInt64, _ moment: Moment) {
        if let slot = dispatching.remove(moment.thread), requestSize == nil, table.isUsed[slot],
            let clone = table[slot].tries.last?.clone
        {
            learnSize(command: command, clone: clone)
        }
        guard let slot = slot(ofCommand: command) else { return }
        if table[slot].last == .commanded { return }
        table[slot].beginRoundIfOver()
        table[slot].pass(.commanded, moment)
    }

    /// The driver told SCSI that a command is over.
    ///
    /// - Parameter result: of `struct scsi_cmnd`; nil where that is not known.
    mutating func scsiDone(command: UInt64, result: UInt32?, _ moment: Moment) {
        guard let slot = slot(ofCommand: command) else {
            if let requestSize { strays.pass(command &- requestSize, .scsiDone, moment) }
            return
        }
        if let result {
            let isUnsent = result & 0xff_0000 != 0 && table[slot].last == .commanded
            let stage = table[slot].steps.count - 1
            table[slot].lastTry { one in
                one.result = result
                if isUnsent { one.refused.append(stage) }
            }
        }
        table[slot].passEnd(moment.time, cpu: moment.cpu, tid: moment.tid)
        awaitData(slot)
    }

    mutating func completed(_ clone: UInt64, _ moment: Moment) {
        guard let slot = clones[clone] else { return strays.pass(clone, .completed, moment) }
        table[slot].pass(.completed, moment)
        completing.set(moment.thread, slot)
        awaitData(slot)
    }

    mutating func retried(command: UInt64, _ moment: Moment) {
        guard let slot = slot(ofCommand: command) else { return }
        withoutData.removeAll { $0 == slot }
        table[slot].pass(.retried, moment)
    }

    /// The initiator gives the command of the timer that ran out in this thread more time: it goes on as before.
    mutating func timerBeginsAgain(_ moment: Moment) {
        guard let slot = timing.remove(moment.thread), table.isUsed[slot] else { return }
        table[slot].lastTry {
            if $0.isInHandler && !$0.timeoutTimes.isEmpty { $0.timeoutTimes.removeLast() }
            $0.isInHandler = false
        }
    }

    mutating func timedOut(_ clone: UInt64, _ moment: Moment) {
        timing.remove(moment.thread)
        guard let slot = clones[clone] else { return }
        timing.set(moment.thread, slot)
        let time = moment.time
        table[slot].lastTry {
            $0.timeouts += 1
            $0.isInHandler = true
            if $0.timeoutTimes.count < 16 { $0.timeoutTimes.append(time) }
        }
    }
}
