import GraphParser

/// Commands on their way through TCP: which segment carries the first byte of a command's PDU, and which one the answer came in.
struct WireTable {
    private struct Command {
        let slot: Int
        /// TCP's number of the PDU's first byte; numbers go round.
        let sequence: UInt32
        var isOut = false
    }

    /// A segment that TCP was given.
    struct Segment {
        let socket: UInt64
        let moment: PointerJoin.Moment
    }

    /// More than a session has outstanding, and a host has sessions.
    private static let maxCommands = 4096
    private static let maxSockets = 4096

    private var commands: [UInt64: [Command]] = [:]
    /// By thread, the segment that was received last.
    private var received: [UInt64: Segment] = [:]

    /// A PDU of a command is about to be written to a socket.
    mutating func send(_ slot: Int, socket: UInt64, sequence: UInt32) {
        if commands[socket] == nil, commands.count >= Self.maxSockets { commands.removeAll() }
        commands[socket, default: []].removeAll { $0.slot == slot }
        if commands[socket]!.count >= Self.maxCommands { commands[socket]!.removeFirst() }
        commands[socket]!.append(Command(slot: slot, sequence: sequence))
    }

    /// A segment goes out.
    ///
    /// - Returns: those whose PDU begins in it, and whether it had gone out before.
    mutating func out(socket: UInt64, from: UInt32, to: UInt32) -> [(slot: Int, isAgain: Bool)] {
        guard let all = commands[socket] else { return [] }
        var found: [(Int, Bool)] = []
        for index in all.indices where Self.isBetween(all[index].sequence, from, to) {
            found.append((all[index].slot, all[index].isOut))
            commands[socket]![index].isOut = true
        }
        return found
    }

    /// A segment came in, and is dealt with in this thread.
    mutating func `in`(socket: UInt64, from: UInt32, to: UInt32, _ moment: PointerJoin.Moment) {
        // An acknowledgement carries nothing; of other sockets there are many.
        guard from != to, commands[socket] != nil else { return }
        if received.count >= 1 << 16 { received.removeAll() }
        received[moment.thread] = Segment(socket: socket, moment: moment)
    }

    /// The segment that what is read now in a thread came in; nil if it was dealt with in another one.
    func segment(in thread: UInt64, socket: UInt64) -> Segment? {
        guard thread != 0, let segment = received[thread], segment.socket == socket else { return nil }
        return segment
    }

    mutating func forget(_ slot: Int, socket: UInt64) {
        guard socket != 0 else { return }
        commands[socket]?.removeAll { $0.slot == slot }
    }

    private static func isBetween(_ number: UInt32, _ from: UInt32, _ to: UInt32) -> Bool {
        number &- from < to &- from
    }
}
