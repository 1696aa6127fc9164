import TestSupport

/// An invented load: many requests at once on several CPUs, tried, retried, refused and rejected at random, whose addresses, threads
/// and tags are used again at once. Its truth is kept.
struct RandomRequests {
    /// What really became of a request.
    struct Truth {
        /// Of all its events.
        var times: Set<UInt64> = []
        var start: UInt64 = 0
        var end: UInt64 = 0
        /// The disks that it was tried on, and how often SCSI sent the command to each.
        var disks: [Int] = []
        var rounds: [Int] = []
        var rejected: [Bool] = []
        var failed: [Bool] = []
        var busyDispatches = 0
        var operation = ""
        /// Events of it that were missed.
        var missed: [String] = []
    }

    private(set) var script = RequestScript()
    /// By sector: no two requests are to one place.
    private(set) var truths: [UInt64: Truth] = [:]

    /// Whose events these times are, and what was missed of each.
    func owners(of times: [UInt64]) -> [String] {
        truths.filter { !$0.value.times.isDisjoint(with: times) }.map { "\($0.key) without \($0.value.missed)" }
    }

    private enum Place: Int32 {
        case submission = 100
        case dispatch = 200
        case transmission = 300
        case completion = 400
    }

    /// Events that one thread records one after the other.
    private struct Block {
        var place: Place
        var events: [(name: String, changes: [String])]

        init(_ place: Place, _ events: String...) {
            self.place = place
            self.events = events.map { event in
                let words = event.split(separator: " ").map(String.init)
                return (words[0], Array(words.dropFirst()))
            }
        }
    }

    private struct Live {
        var request: InventedRequest
        var number: Int
        var clone: Int?
        var task: Int?
        var blocks: [Block]
    }

    private var random: SeededRandom
    private let isDetailed: Bool
    private var time: UInt64 = 0
    private var freeRequests: [Int]
    private var freeClones: [Int]
    private var freeTasks: [Int]

    /// - Parameters:
    ///   - depth: how many are under way at once, and how many addresses there are for them.
    ///   - missing: of so many events one is missed; 0 for none.
    init(seed: UInt64, count: Int, depth: Int, cpus: Int = 4, isDetailed: Bool, missing: Int = 0) {
        random = SeededRandom(seed: seed)
        self.isDetailed = isDetailed
        freeRequests = Array(0..<depth)
        (freeClones, freeTasks) = (Array(0..<depth + 1), Array(0..<depth + 1))
        var (live, resting): ([Int: Live], [Int]) = ([:], [])
        var running = [(live: Int, block: Block)?](repeating: nil, count: cpus)
        var begun = 0
        while begun < count || !live.isEmpty {
            let cpu = Int.random(in: 0..<cpus, using: &random)
            if running[cpu] == nil {
                if begun < count, !freeRequests.isEmpty, resting.isEmpty || chance(3) {
                    begun += 1
                    live[begun] = begin(begun)
                    resting.append(begun)
                }
                guard let place = resting.indices.randomElement(using: &random) else { continue }
                let chosen = resting.remove(at: place)
                running[cpu] = (chosen, live[chosen]!.blocks.removeFirst())
            }
            var (number, block) = running[cpu]!
            let event = block.events.removeFirst()
            record(event, of: &live[number]!, block.place, cpu, missing)
            running[cpu] = block.events.isEmpty ? nil : (number, block)
            if !block.events.isEmpty { continue }
            if live[number]!.blocks.isEmpty { live[number] = nil } else { resting.append(number) }
        }
    }

    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

    private mutating func take(_ free: inout [Int]) -> Int {
        free.remove(at: Int.random(in: 0..<free.count, using: &random))
    }

    // MARK: A request's way

    private mutating func begin(_ number: Int) -> Live {
        var free = freeRequests
        let address = take(&free)
        freeRequests = free
        var request = InventedRequest(address)
        request.sector = UInt64(number) * 8
        request.flags = Int.random(in: 0...1, using: &random)
        request.bytes = [512, 4096, 65536].randomElement(using: &random)!
        request.queued = chance(2) ? nil : UInt64(number)
        truths[request.sector] = Truth(operation: request.flags == 1 ? "write" : "read")
        return Live(request: request, number: address, blocks: way(isWrite: request.flags == 1))
    }

    private mutating func way(isWrite: Bool) -> [Block] {
        var blocks = isDetailed ? [Block(.submission, "bio_queue")] : []
        while true {
            while chance(12) { blocks.append(Block(.dispatch, "dm_dispatch", "busy")) }
            if chance(12) {
                blocks.append(filtered(Block(.dispatch, "dm_dispatch", "dm_clone", "scsi_queue", "reject")))
                continue
            }
            if chance(12) {
                blocks.append(filtered(Block(.dispatch, "dm_dispatch", "dm_clone", "scsi_queue", "refused")))
                blocks.append(putBack())
                continue
            }
            blocks.append(
                filtered(
                    Block(.dispatch, "dm_dispatch", "dm_clone", "scsi_queue", "scsi_dispatch_cmd_start", "iscsi_queue"))
            )
            while chance(12) {
                blocks += sending(isWrite)
                blocks.append(
                    filtered(
                        Block(
                            .completion, "iscsi_header", "iscsi_done", "scsi_end result=0xe0000", "scsi_complete",
                            "scsi_requeue")))
                blocks.append(filtered(Block(.dispatch, "scsi_queue", "scsi_dispatch_cmd_start", "iscsi_queue")))
            }
            blocks += sending(isWrite)
            if chance(12) {
                blocks.append(
                    filtered(
                        Block(
                            .completion, "iscsi_header", "iscsi_done", "scsi_end result=0x30000", "scsi_complete",
                            "clone_end error=4", "dm_done", "dm_verdict error=4", "dm_requeue", "rq_requeue")))
                continue
            }
            blocks.append(
                filtered(
                    Block(
                        .completion, "iscsi_header", "iscsi_done", "scsi_end", "scsi_complete", "block_rq_complete",
                        "bio_end", "clone_end", "dm_done", "dm_verdict", "rq_end")))
            return blocks
        }
    }

    private mutating func sending(_ isWrite: Bool) -> [Block] {
        var blocks = [filtered(Block(.transmission, "iscsi_xmit", "iscsi_sent"))]
        if isWrite && chance(3) {
            blocks.append(filtered(Block(.completion, "iscsi_header")))
            blocks.append(filtered(Block(.transmission, "iscsi_xmit", "iscsi_sent")))
        }
        return blocks.filter { !$0.events.isEmpty }
    }

    private func putBack() -> Block {
        Block(.completion, "dm_done", "dm_verdict error=10", "dm_requeue", "rq_requeue")
    }

    private static let lightOnes = Set(
        InventedRequest.light + ["busy", "reject", "refused", "scsi_requeue", "dm_requeue", "rq_requeue"])

    private func filtered(_ block: Block) -> Block {
        if isDetailed { return block }
        var block = block
        block.events.removeAll { !Self.lightOnes.contains($0.name) }
        return block
    }

    // MARK: What happens

    private mutating func record(
        _ event: (name: String, changes: [String]), of live: inout Live, _ place: Place, _ cpu: Int, _ missing: Int
    ) {
        let sector = live.request.sector
        prepare(event.name, &live)
        if ["busy", "reject", "refused"].contains(event.name) { return }
        time += UInt64.random(in: 1...50, using: &random)
        truths[sector]!.times.insert(RequestScript.start + time)
        if truths[sector]!.start == 0 { truths[sector]!.start = RequestScript.start + time }
        truths[sector]!.end = RequestScript.start + time
        if missing > 0, chance(missing) {
            truths[sector]!.missed.append(event.name)
        } else {
            live.request.cpu = cpu
            script.add(live.request, event.name, at: time, event.changes, tid: place.rawValue + Int32(cpu))
        }
        settle(event, &live)
    }

    private mutating func prepare(_ name: String, _ live: inout Live) {
        let sector = live.request.sector
        switch name {
        case "busy": truths[sector]!.busyDispatches += 1
        case "refused": truths[sector]!.failed[truths[sector]!.failed.count - 1] = true
        case "reject":
            truths[sector]!.rejected[truths[sector]!.rejected.count - 1] = true
            truths[sector]!.busyDispatches += 1
            freeClones.append(live.clone!)
            live.clone = nil
        case "dm_clone":
            var free = freeClones
            let clone = take(&free)
            freeClones = free
            live.clone = clone
            live.request.clone = InventedRequest(clone).clone
            live.request.disk = 16 * Int.random(in: 0...2, using: &random)
            truths[sector]!.disks.append(live.request.disk)
            truths[sector]!.rounds.append(1)
            truths[sector]!.rejected.append(false)
            truths[sector]!.failed.append(false)
        case "iscsi_xmit" where live.task == nil:
            var free = freeTasks
            let task = take(&free)
            freeTasks = free
            live.task = task
            (live.request.task, live.request.tag) = (InventedRequest(task).task, UInt32(task))
        default: break
        }
    }

    private mutating func settle(_ event: (name: String, changes: [String]), _ live: inout Live) {
        let sector = live.request.sector
        switch event.name {
        case "iscsi_done":
            freeTasks.append(live.task!)
            live.task = nil
        case "scsi_requeue": truths[sector]!.rounds[truths[sector]!.rounds.count - 1] += 1
        case "dm_verdict":
            freeClones.append(live.clone!)
            live.clone = nil
            if !event.changes.isEmpty { truths[sector]!.failed[truths[sector]!.failed.count - 1] = true }
        case "rq_end": freeRequests.append(live.number)
        default: break
        }
    }
}
