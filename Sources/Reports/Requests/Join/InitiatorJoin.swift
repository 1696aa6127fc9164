import GraphParser

/// A command's way through the iSCSI initiator and TCP: by its task, its tag on the connection, and the socket's byte numbers.
extension PointerJoin {
    mutating func transmit(
        task: UInt64, command: UInt64?, connection: UInt64, tag: UInt32, _ moment: Moment
    ) {
        // A NOP has no command.
        guard command != 0 else { return }
        guard let slot = command.flatMap({ slot(ofCommand: $0) }) ?? (command == nil ? tasks[task] : nil) else {
            if let command, let requestSize { strays.pass(command &- requestSize, .transmit, moment) }
            otherCommands += 1
            return
        }
        transmitting.set(moment.thread, slot)
        tasks.set(task, slot)
        let tag = Self.key(connection, tag)
        tags.set(tag, slot)
        let last = table[slot].last
        if table[slot].isHandlersOwn { return }
        // Called again for the rest of what did not fit into the socket: it is still being sent.
        let isRest = last.map { (.transmit ... .out) ~= $0 } ?? false
        table[slot].lastTry { ($0.task, $0.tag) = (task, tag) }
        if isRest && table[slot].operation != .write { return }
        table[slot].beginRoundIfOver()
        table[slot].pass(.transmit, moment)
    }

    mutating func sent(status: Int64, _ moment: Moment) {
        guard let slot = transmitting.remove(moment.thread), table.isUsed[slot], status >= 0,
            // It may be over by now, and another one have its place.
            let last = table[slot].steps.last, last.point == .transmit, last.tid == moment.tid ?? -1
        else { return }
        table[slot].pass(.sent, moment)
    }

    // MARK: TCP

    mutating func sending(task: UInt64, socket: UInt64, sequence: UInt32) {
        guard let slot = tasks[task], table.isUsed[slot], table[slot].last == .transmit else { return }
        table[slot].lastTry { $0.socket = socket }
        wire.send(slot, socket: socket, sequence: sequence)
    }

    mutating func segmentOut(socket: UInt64, from: UInt32, to: UInt32, _ moment: Moment) {
        for (slot, isAgain) in wire.out(socket: socket, from: from, to: to) where table.isUsed[slot] {
            if isAgain {
                table[slot].lastTry { $0.retransmits += 1 }
            } else if table[slot].last == .transmit || table[slot].last == .sent {
                table[slot].pass(.out, moment)
            }
        }
    }

    mutating func segmentIn(socket: UInt64, from: UInt32, to: UInt32, _ moment: Moment) {
        wire.in(socket: socket, from: from, to: to, moment)
    }

    /// The target has answered, with data, a status, or a request for data.
    mutating func answered(connection: UInt64, tag: UInt32, _ moment: Moment) {
        guard let slot = tags[Self.key(connection, tag)], table.isUsed[slot], let last = table[slot].last,
            (.transmit ... .out) ~= last
        else { return }
        let socket = table[slot].tries.last?.socket ?? 0
        if let segment = wire.segment(in: moment.thread, socket: socket), segment.moment.time >= table[slot].endNs {
            table[slot].pass(.received, segment.moment)
        }
        wire.forget(slot, socket: socket)
        table[slot].pass(.header, moment)
    }

    mutating func taskDone(_ task: UInt64, command: UInt64?, _ moment: Moment) {
        let known = tasks.remove(task)
        if command == 0 { return }
        guard let slot = command.flatMap({ slot(ofCommand: $0) }) ?? known, table.isUsed[slot] else {
            if let command, let requestSize { strays.pass(command &- requestSize, .taskDone, moment) }
            return
        }
        if let tag = table[slot].tries.last?.tag, tags[tag] == slot { tags.remove(tag) }
        table[slot].lastTry { $0.task = 0 }
        if table[slot].isHandlersOwn { return }
        table[slot].pass(.taskDone, moment)
        awaitData(slot)
    }

    private static func key(_ connection: UInt64, _ tag: UInt32) -> UInt64 {
        // The lower bits are the task's number, the upper ones the session's age; connections are whole cache lines apart.
        connection ^ UInt64(tag & 0x1fff) << 48
    }
}
