import ArgumentParser
import GraphParser
import Reports

/// `dmflow browse`: the merged tree in a terminal, with keys like those of less.
struct BrowseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "browse",
        abstract: "Look around in the call trees of a trace, in the terminal: fold, search, sort, jump to the slowest.",
        discussion: """
            All trees are one at first: each way of calling is a line with its count and times. Enter folds, / searches, s \
            shows the slowest tree of the root that the cursor is in, ? all keys. The trace is read again for single trees.
            """
                + Examples([
                    "All trees":
                        "dmflow browse io.dat",
                    "The slow ones of one root":
                        "dmflow browse io.dat --root dm_mq_queue_rq --slower-than 1ms",
                    "Those of requests to one path":
                        "dmflow browse io.dat --path sda --sort p99",
                ]).text)

    @OptionGroup var trace: TraceOptions
    @OptionGroup var filter: TreeFilterOptions

    @Option(
        help: ArgumentHelp(
            "The order at first: total (time in all), self, count, p99, name or first (as they were called first).",
            valueName: "order"))
    var sort = TreeOrder.total

    func validate() throws {
        guard trace.file == "-" else { return }
        throw ValidationError(
            "browse reads the trace again for single trees, and standard input can be read once; give a file")
    }

    func run() throws {
        try reporting {
            guard let terminal = Terminal.open() else {
                throw Failure(
                    message:
                        "browse needs a terminal; dmflow tree --merged \(shellWord(trace.file)) prints the same tree")
            }
            let map = try trace.layerMap()
            let style = Style.ofStandardOutput(trace.color).colored(by: map)
            let browsed = try BrowsedTrace(trace, try filter.filter(trace, map), map)
            try filter.check(browsed.selected, browsed.reading, trace.name)
            guard browsed.selected.admitted > 0 else { throw ExitCode(2) }
            var model = browsed.model(order: sort)
            terminal.begin()
            defer { terminal.end() }
            loop(terminal, style, browsed, &model)
            terminal.end()
            try trace.checkStrict(browsed.reading)
        }
    }

    private func loop(_ terminal: Terminal, _ style: Style, _ browsed: BrowsedTrace, _ model: inout BrowseModel) {
        var keys = KeyReader()
        while true {
            let size = terminal.size
            model.resize(to: .init(lines: size.lines, columns: size.columns))
            terminal.draw(BrowseScreen(model, style: style).lines)
            let pressed: [Key]
            // Escape alone is not the beginning of a sequence if nothing follows.
            switch terminal.next(within: keys.isWaiting ? 50 : nil) {
            case .bytes(let bytes): pressed = keys.keys(bytes)
            case .silence: pressed = keys.keys([], isLast: true)
            case .changed: pressed = []
            case .gone: return
            }
            for key in pressed {
                switch model.take(key) {
                case .none: break
                case .quit: return
                case .load(let root, let wanted): load(root, wanted, terminal, style, browsed, &model)
                }
            }
        }
    }

    private func load(
        _ root: String, _ wanted: BrowseModel.Wanted, _ terminal: Terminal, _ style: Style, _ browsed: BrowsedTrace,
        _ model: inout BrowseModel
    ) {
        var waiting = model
        var percent = -1
        do {
            let tree = try browsed.single(of: root, wanted) { done, all in
                let now = all > 0 ? min(100, done * 100 / all) : 0
                guard now > percent else { return }
                percent = now
                waiting.say("reading the trees of \(root): \(now) %")
                terminal.draw(BrowseScreen(waiting, style: style).lines)
            }
            model.show(tree, root: root, wanted)
        } catch {
            model.say("\(error)".split(separator: "\n").first.map(String.init) ?? "")
        }
    }
}
