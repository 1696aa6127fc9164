/// A file of tracefs as it was before its first change, and the way back.
struct SavedFile: Codable, Equatable {
    /// How a file's content is put back.
    enum Form: Codable, Equatable {
        /// The bytes that were read are what the file takes.
        case value
        /// The file shows all choices, the current one in brackets.
        case choice
        case filterList
        case graphList
        /// Each line is written by itself; `no pid` stands for none.
        case lines
        /// A buffer that had not been used yet, and the size that it was to have then; see `TracefsState`.
        case expandedTo(kilobytes: Int)
        /// An event's `enable`, which shows `0` or `1`, with a `*` behind it while a trigger holds the event.
        case eventSwitch
        /// An event's `filter`, which shows `none` without one.
        case eventFilter
    }

    let file: String
    let content: String
    let form: Form

    // MARK: Restoring

    /// Writes what the file was.
    ///
    /// - Returns: whether it took that.
    func restore(in files: any TracingFiles) -> Bool {
        do throws(CaptureError) {
            switch form {
            case .value: try files.write(file, content)
            case .choice: try files.write(file, Self.currentChoice(in: content))
            case .expandedTo(let kilobytes): try files.write(file, String(kilobytes))
            case .graphList: try files.writeNames(file, FunctionList(text: content).graphLines)
            case .filterList: try restoreFilter(in: files)
            case .lines: _ = try files.writeList(file, Self.lines(content))
            case .eventSwitch: try files.write(file, String(content.trimmed.prefix(1)))
            case .eventFilter: try files.write(file, Self.isNoFilter(content) ? Self.noFilter : content)
            }
            return true
        } catch {
            // An event that is gone with its module has nothing to put back.
            return isOfEvent && !files.exists(file)
        }
    }

    private var isOfEvent: Bool { form == .eventSwitch || form == .eventFilter }

    private func restoreFilter(in files: any TracingFiles) throws(CaptureError) {
        let list = FunctionList(text: content)
        // The usual case, and worth its own line: the list of available functions takes a second to read.
        if list.functions.isEmpty {
            _ = try files.writeList(file, list.pending)
            return
        }
        let indices = list.filterLines(in: try AvailableFunctions(files))
        try files.writeFilter(file, indices: indices, names: { list.filterLinesByName })
    }

    /// Whether the file shows again what it showed.
    func isShown(in files: any TracingFiles) -> Bool {
        if isOfEvent && !files.exists(file) { return true }
        guard let bytes = try? files.readBytes(file) else { return false }
        let shown = String(decoding: bytes, as: UTF8.self)
        // The kernel rounds a buffer up to whole pages: 1408 written is 1410 read. What was read is stable.
        if case .expandedTo(let kilobytes) = form {
            return (BufferSize(text: shown).kilobytes ?? 0) >= kilobytes
        }
        return shown == content
    }

    // MARK: Contents

    static func lines(_ content: String) -> [String] {
        content.lines.map(\.trimmed).filter { !$0.isEmpty && $0 != "no pid" }
    }

    static func currentChoice(in shown: String) -> String {
        shown.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("[") }?.trimming("[]") ?? shown.trimmed
    }

    /// What removes an event's filter.
    static let noFilter = "0"

    static func isNoFilter(_ shown: String) -> Bool { shown.trimmed == "none" }
}

extension StringProtocol {
    /// The text without these characters at either side.
    func trimming(_ characters: String) -> String {
        let start = drop { characters.contains($0) }
        guard let last = start.lastIndex(where: { !characters.contains($0) }) else { return "" }
        return String(start[...last])
    }
}
