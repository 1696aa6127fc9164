import Reports

/// What `dmflow browse` shows, and what keys do to it. Knows nothing of terminals and files.
struct BrowseModel {
    /// A tree that is to be got from the trace.
    enum Wanted: Equatable {
        /// The slowest of the root is 1.
        case slowest(Int)
        case median
    }

    /// What is to be done outside of the model.
    enum Effect: Equatable {
        case none
        case quit
        /// Get a tree of a root, by its name in the source, and show it.
        case load(root: String, Wanted)
    }

    /// Of the screen.
    struct Size: Equatable {
        var lines = 24
        var columns = 80
    }

    /// The name of the trace, as it is shown.
    let name: String
    /// What is not in the figures; shown with the help.
    let notes: [String]
    /// For each row of the merged view on the left, the root's name in the source.
    private let roots: [Int: String]
    private(set) var merged: FoldedOutline
    /// A single tree; nil in the merged view.
    private(set) var single: FoldedOutline?
    /// What the single tree is.
    private var shown: (root: String, wanted: Wanted)?
    private(set) var size = Size()
    /// For the last line; empty for none.
    private(set) var message = ""
    /// The text to search for, while it is typed.
    private(set) var prompt: String?
    private var pattern = ""
    /// The first line of the help that is on the screen; nil if it is not shown.
    private(set) var help: Int?

    init(_ merged: FoldedOutline, roots: [Int: String], name: String, notes: [String]) {
        (self.merged, self.roots, self.name, self.notes) = (merged, roots, name, notes)
        message = notes.first ?? ""
    }

    /// What is on the screen.
    var view: FoldedOutline {
        get { single ?? merged }
        set { if single != nil { single = newValue } else { merged = newValue } }
    }

    /// Lines for rows: all but title, head and status.
    var pageSize: Int { max(1, size.lines - (size.lines >= 5 ? 3 : size.lines >= 3 ? 1 : 0)) }

    mutating func resize(to size: Size) {
        self.size = size
        scroll()
    }

    /// Shows a tree that was wanted.
    ///
    /// - Parameter outline: nil if there is none.
    mutating func show(_ outline: FoldedOutline?, root: String, _ wanted: Wanted) {
        guard var outline else {
            message = "no such tree of \(root)"
            if case .slowest(let rank) = wanted, rank > 1 {
                message = "no slower ones of \(root) are kept; s shows the slowest"
            }
            return
        }
        // The function that one was looking at, as it was called here.
        let names = merged.row.map { (merged.outline.path(to: $0) + [$0]).map { merged.outline.name(of: $0) } } ?? []
        if let row = outline.row(called: names) { outline.reveal(row) }
        (single, shown, message) = (outline, (root, wanted), "")
        scroll()
    }

    /// Something could not be done.
    mutating func say(_ text: String) { message = text }

    // MARK: Keys

    mutating func take(_ key: Key) -> Effect {
        defer { scroll() }
        message = ""
        if prompt != nil { return type(key) }
        if help != nil { return readHelp(key) }
        switch key {
        case .character(let character): return take(character)
        case .down, .enter, .up, .left, .right, .pageUp, .pageDown, .home, .end: move(key)
        case .control("n"), .control("e"): view.cursor += 1
        case .control("p"), .control("y"): view.cursor -= 1
        case .control("f"), .control("v"): view.cursor += pageSize
        case .control("b"): view.cursor -= pageSize
        case .control("d"): view.cursor += pageSize / 2
        case .control("u"): view.cursor -= pageSize / 2
        case .escape, .backspace: single = nil
        case .control: break
        }
        return .none
    }

    private mutating func move(_ key: Key) {
        switch key {
        case .down: view.cursor += 1
        case .up: view.cursor -= 1
        case .pageDown: view.cursor += pageSize
        case .pageUp: view.cursor -= pageSize
        case .home: view.cursor = 0
        case .end: view.cursor = view.lines.count - 1
        case .enter: if let row = view.row { view.isFolded(row) ? view.unfold() : view.fold() }
        case .left: goOut()
        case .right: goIn()
        default: break
        }
    }

    private mutating func take(_ character: Character) -> Effect {
        switch character {
        case "q", "Q": return .quit
        case "j", "e": view.cursor += 1
        case "k", "y": view.cursor -= 1
        case " ", "f": view.cursor += pageSize
        case "b": view.cursor -= pageSize
        case "d": view.cursor += pageSize / 2
        case "u": view.cursor -= pageSize / 2
        case "g", "<": view.cursor = 0
        case "G", ">": view.cursor = view.lines.count - 1
        case "l": goIn()
        case "h": goOut()
        case "+": view.unfold()
        case "-": view.fold()
        case "*": view.unfoldAll()
        case "_": view.foldAll()
        case "/": prompt = ""
        case "n": search(isForward: true)
        case "N": search(isForward: false)
        case "1"..."6": sort(by: Self.orders[(character.wholeNumberValue ?? 1) - 1])
        case "o": sort(by: Self.orders[((Self.orders.firstIndex(of: view.order) ?? 0) + 1) % Self.orders.count])
        case "s": return want(.slowest(1))
        case "S": return want(.slowest(nextRank))
        case "m": return want(.median)
        case "t": single = nil
        case "?", "H": help = 0
        default: message = "no key of dmflow browse; ? shows which are"
        }
        return .none
    }

    /// Orders, by the keys that choose them.
    static let orders: [TreeOrder] = [.total, .own, .count, .p99, .name, .first]

    private mutating func sort(by order: TreeOrder) {
        view.sort(by: order)
        message = "sorted by \(order.rawValue)"
    }

    private mutating func goIn() {
        guard let row = view.row else { return }
        if view.isFolded(row) { view.unfold() } else if view.hasRows(below: row) { view.cursor += 1 }
    }

    private mutating func goOut() {
        guard let row = view.row else { return }
        if view.hasRows(below: row), !view.isFolded(row) { return view.fold() }
        if let caller = view.outline.path(to: row).last { view.reveal(caller) }
    }

    // MARK: Single trees

    private var nextRank: Int {
        guard single != nil, let shown, case .slowest(let rank) = shown.wanted else { return 1 }
        return rank + 1
    }

    /// A tree of the root that the cursor is in, or of that of the tree that is shown.
    private mutating func want(_ wanted: Wanted) -> Effect {
        if single != nil, let shown { return .load(root: shown.root, wanted) }
        guard let row = merged.row, let root = roots[merged.outline.path(to: row).first ?? row] else { return .none }
        return .load(root: root, wanted)
    }

    // MARK: Searching

    private mutating func type(_ key: Key) -> Effect {
        switch key {
        case .character(let character): prompt?.append(character)
        case .backspace: if prompt?.popLast() == nil { prompt = nil }
        case .enter:
            if prompt?.isEmpty == false { pattern = prompt ?? "" }
            prompt = nil
            search(isForward: true)
        case .escape, .control("c"), .control("g"): prompt = nil
        case .control("u"): prompt = ""
        default: break
        }
        return .none
    }

    private mutating func search(isForward: Bool) {
        guard !pattern.isEmpty else {
            message = "nothing to search for; / asks"
            return
        }
        guard let row = view.next(pattern, isForward: isForward) else {
            message = "not found: \(pattern)"
            return
        }
        view.reveal(row)
    }

    // MARK: Help

    private mutating func readHelp(_ key: Key) -> Effect {
        switch key {
        case .down, .character("j"), .enter: help = (help ?? 0) + 1
        case .up, .character("k"): help = max(0, (help ?? 0) - 1)
        case .pageDown, .character(" "): help = (help ?? 0) + pageSize
        case .pageUp, .character("b"): help = max(0, (help ?? 0) - pageSize)
        default: help = nil
        }
        return .none
    }

    // MARK: The screen

    /// Keeps the cursor in the view and on the screen.
    private mutating func scroll() {
        view.cursor = max(0, min(view.cursor, view.lines.count - 1))
        view.top = max(0, min(view.top, view.lines.count - pageSize))
        if view.cursor < view.top { view.top = view.cursor }
        if view.cursor >= view.top + pageSize { view.top = view.cursor - pageSize + 1 }
        if let first = help { help = max(0, min(first, BrowseHelp.lines(notes).count - pageSize)) }
    }
}

extension Outline {
    func name(of row: Int) -> String { labels[rows[row].label].text }
}

extension FoldedOutline {
    /// The row to which functions lead, from a root on; of several calls of one, that which took longest. Nil if they do not lead far.
    fileprivate func row(called names: [String]) -> Int? {
        var row: Int?
        for name in names {
            let calls = outline.rows(below: row ?? -1).filter { outline.name(of: $0) == name }
            guard let next = calls.max(by: { outline.rows[$0].totalNs < outline.rows[$1].totalNs }) else { return row }
            row = next
        }
        return row
    }
}
