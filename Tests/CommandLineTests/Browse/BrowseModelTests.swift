import GraphParser
import Reports
import TestSupport
import Testing

@testable import dmflow

/// What keys do to what `dmflow browse` shows.
@Suite struct BrowseModelTests {
    /// Of an invented trace: `a` calls `b` and `c`, which calls `d`; and `z`.
    private func model(_ trees: Int = 3) throws -> BrowseModel {
        try Self.model(
            String(
                repeating: """
                     0)   t-1    |               |  a() {
                     0)   t-1    |   1.000 us    |    b();
                     0)   t-1    |               |    c() {
                     0)   t-1    |   2.000 us    |      d();
                     0)   t-1    |   5.000 us    |    }
                     0)   t-1    | + 19.000 us   |  }
                     0)   t-1    |   3.000 us    |  z();

                    """, count: trees))
    }

    static func model(_ text: String) throws -> BrowseModel {
        let trace = try RecordedTrace(text: text)
        var merged = MergedTree()
        for one in trace.trees { merged.add(one) }
        let outline = Outline(merged, trace.names, .builtin)
        var roots: [Int: String] = [:]
        for (row, node) in merged.nodes.enumerated() where node.parent < 0 {
            roots[row] = trace.names[node.function].baseName
        }
        return BrowseModel(
            FoldedOutline(outline, title: "all", by: .total), roots: roots, name: "x.dat",
            notes: TreeNotes(merged).doubts)
    }

    private func shown(_ model: BrowseModel) -> String {
        model.view.lines.map { String(repeating: ".", count: $0.level) + model.view.outline.name(of: $0.row) }
            .joined(separator: " ")
    }

    private func name(_ model: BrowseModel) -> String { model.view.row.map(model.view.outline.name) ?? "-" }

    /// Keys as they are typed; `^` is Ctrl, `\r` Enter.
    private func press(_ keys: String, _ model: inout BrowseModel) {
        for character in keys { _ = model.take(character == "\r" ? .enter : .character(character)) }
    }

    @Test func atFirstWhatTakesMostOfTheTimeIsUnfolded() throws {
        #expect(shown(try model()) == "a .c .b z")
        #expect(name(try model()) == "a")
    }

    @Test(arguments: [
        ("j", "c"), ("jj", "b"), ("jjj", "z"), ("jjjj", "z"), ("jk", "a"), ("k", "a"), ("G", "z"), ("Gg", "a"),
        (">", "z"),
        (" ", "z"), (" b", "a"), ("jl", "c"), ("jll", "d"), ("jllh", "c"), ("jllhh", "c"), ("jllhhh", "a"),
        ("/d\r", "d"), ("/D\r", "a"),
        ("/nosuch\r", "a"), ("/z\rn", "z"), ("/b\rn", "b"), ("/[bd]\r", "a"), ("Gh", "z"),
    ]) func keysMoveTheCursor(keys: String, function: String) throws {
        var model = try model()
        press(keys, &model)
        #expect(name(model) == function)
    }

    @Test(arguments: [
        ("\r", "a z"), ("\r\r", "a .c .b z"), ("j\r", "a .c ..d .b z"), ("j\r\r", "a .c .b z"), ("-", "a z"),
        ("-+", "a .c .b z"),
        ("*", "a .c ..d .b z"), ("**", "a z"), ("j*", "a .c ..d .b z"), ("*_", "a z"), ("-/d\r", "a .c ..d .b z"),
        ("h", "a z"),
        ("5", "a .b .c z"), ("6", "a .b .c z"), ("52", "a .c .b z"), ("oooo", "a .b .c z"), ("G\r", "a .c .b z"),
    ]) func keysFoldAndSort(keys: String, lines: String) throws {
        var model = try model()
        press(keys, &model)
        #expect(shown(model) == lines)
    }

    /// A row that is sorted or unfolded elsewhere keeps the cursor.
    @Test func theCursorStaysOnItsRow() throws {
        var model = try model()
        press("jj5", &model)
        #expect(name(model) == "b" && model.view.order == .name && model.message == "sorted by name")
    }

    @Test func searchGoesAroundInBothDirections() throws {
        var model = try Self.model(
            """
             0)   t-1    |               |  lock_a() {
             0)   t-1    |   1.000 us    |    lock_b();
             0)   t-1    |   9.000 us    |  }
             0)   t-1    |   8.000 us    |  other();
             0)   t-1    |   7.000 us    |  lock_c();

            """)
        press("-/lock\r", &model)
        #expect(name(model) == "lock_b")
        press("n", &model)
        #expect(name(model) == "lock_c")
        press("n", &model)
        #expect(name(model) == "lock_a")
        press("NN", &model)
        #expect(name(model) == "lock_b")
        press("/LOCK\r", &model)
        #expect(model.message == "not found: LOCK")
    }

    @Test func aPromptTakesAllKeysAndCanBeLeft() throws {
        var model = try model()
        press("/qj", &model)
        #expect(model.prompt == "qj" && name(model) == "a")
        #expect(model.take(.backspace) == .none && model.prompt == "q")
        #expect(model.take(.control("u")) == .none && model.prompt == "")
        #expect(model.take(.backspace) == .none && model.prompt == nil)
        press("/x", &model)
        #expect(model.take(.escape) == .none && model.prompt == nil)
        press("n", &model)
        #expect(model.message == "nothing to search for; / asks")
    }

    @Test func keysAskForTreesAndForTheEnd() throws {
        var model = try model()
        #expect(model.take(.character("s")) == .load(root: "a", .slowest(1)))
        press("G", &model)
        #expect(model.take(.character("S")) == .load(root: "z", .slowest(1)))
        #expect(model.take(.character("m")) == .load(root: "z", .median))
        #expect(model.take(.character("q")) == .quit)
        press("x", &model)
        #expect(model.message.contains("?"))
    }

    @Test func aSingleTreeIsShownWhereOneWasAndLeftAgain() throws {
        var model = try model()
        press("j*j", &model)
        #expect(name(model) == "d")
        let single = FoldedOutline(model.merged.outline, title: "slowest", by: .first)
        model.show(single, root: "a", .slowest(1))
        #expect(model.single != nil && name(model) == "d")
        #expect(model.take(.character("S")) == .load(root: "a", .slowest(2)))
        model.show(nil, root: "a", .slowest(2))
        #expect(model.message.contains("no slower ones of a") && model.single != nil)
        #expect(model.take(.escape) == .none && model.single == nil && name(model) == "d")
    }

    @Test func helpScrollsAndIsLeft() throws {
        var model = try model()
        model.resize(to: .init(lines: 10, columns: 40))
        press("?", &model)
        #expect(model.help == 0)
        press("jj", &model)
        #expect(model.help == 2)
        press("    ", &model)
        #expect(model.help == BrowseHelp.lines([]).count - model.pageSize)
        press("q", &model)
        #expect(model.help == nil)
    }

    /// Whatever is pressed, the cursor is on a row, and the row on the screen.
    @Test func anyKeysLeaveTheCursorInTheView() throws {
        var random = SeededRandom(seed: 15)
        let keys = Array("jk bfdugGlh+-*_nNo123456tm?\r/b\r")
        var model = try model(40)
        for step in 0..<5000 {
            if step % 50 == 0 {
                model.resize(
                    to: .init(
                        lines: Int.random(in: 1...30, using: &random), columns: Int.random(in: 1...120, using: &random))
                )
            }
            let key = keys.randomElement(using: &random)!
            _ = model.take(key == "\r" ? .enter : .character(key))
            let view = model.view
            #expect(view.lines.indices.contains(view.cursor))
            #expect(view.cursor >= view.top && view.cursor < view.top + model.pageSize)
            #expect(Set(view.lines.map(\.row)).count == view.lines.count)
            let lines = BrowseScreen(model, style: .plain).lines
            #expect(lines.count == model.size.lines)
        }
    }
}

/// What terminals send, as keys.
@Suite struct KeyReaderTests {
    @Test(arguments: [
        ("j", [Key.character("j")]), ("\u{1b}[A\u{1b}[B", [.up, .down]), ("\u{1b}OC\u{1b}OD", [.right, .left]),
        ("\u{1b}[5~\u{1b}[6~", [.pageUp, .pageDown]), ("\u{1b}[H\u{1b}[4~", [.home, .end]), ("\r", [.enter]),
        ("\u{7f}", [.backspace]),
        ("\u{6}", [.control("f")]), ("é", [.character("é")]), ("\u{1b}[1;5A", [.up]),
        ("\u{1b}[99~j", [.character("j")]),
        ("\u{1b}q", [.escape, .character("q")]), ("\u{1b}", [.escape]), ("\u{1b}[", []),
    ]) func sequencesAreKeysInPiecesOfAnySize(text: String, keys: [Key]) {
        for size in 1...4 {
            var reader = KeyReader()
            var read: [Key] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                read += reader.keys(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            read += reader.keys([], isLast: true)
            #expect(read == keys && !reader.isWaiting)
        }
    }

    @Test func anyBytesAreRead() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<2000 {
            var reader = KeyReader()
            _ = reader.keys((0..<20).map { _ in UInt8.random(in: 0...255, using: &random) })
            _ = reader.keys([], isLast: true)
            #expect(!reader.isWaiting)
        }
    }
}
