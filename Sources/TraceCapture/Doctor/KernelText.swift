/// What files of the kernel say, out of their text.
enum KernelText {
    /// The choice in brackets: `none [integrity] confidentiality`.
    static func chosen(in text: String) -> String? {
        text.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("[") && $0.hasSuffix("]") && $0.count > 2 }
            .map { String($0.dropFirst().dropLast()) }
    }

    /// All choices, without the brackets.
    static func choices(in text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map { $0.filter { $0 != "[" && $0 != "]" } }
    }

    /// Clock sources that take a microsecond and more to read, from a device instead of the CPU.
    static func isSlow(clocksource: String) -> Bool {
        ["hpet", "acpi_pm", "pit", "jiffies", "refined-jiffies"].contains(clocksource)
    }

    /// Whether /proc/kallsyms shows addresses: they are all zero to those who may not see them.
    static func showsAddresses(kallsyms: [UInt8]) -> Bool {
        // Some are zero for everybody, and stand first. A line's address ends at its first blank.
        var isAddress = true
        for byte in kallsyms {
            if isAddress, byte != UInt8(ascii: "0"), byte != UInt8(ascii: " ") { return true }
            isAddress = byte == UInt8(ascii: "\n") || isAddress && byte != UInt8(ascii: " ")
        }
        return false
    }

    /// Those of the functions that are in the kernel itself and not in a module, by lines `address type name [module]`.
    static func builtIn(_ names: Set<String>, kallsyms: [UInt8]) -> Set<String> {
        let wanted = Set(names.map { Array($0.utf8)[...] })
        var found: Set<String> = []
        for line in kallsyms.split(separator: UInt8(ascii: "\n")) {
            // A module stands behind a tab.
            guard let name = line.split(separator: UInt8(ascii: " "), maxSplits: 2).last, wanted.contains(name) else {
                continue
            }
            found.insert(String(decoding: name, as: UTF8.self))
        }
        return found
    }

    /// The names in `modules.dep` or `modules.builtin`: `kernel/drivers/md/dm-mod.ko.xz: …` is `dm_mod`.
    static func modules(list: [UInt8]) -> Set<String> {
        let names = list.split(separator: UInt8(ascii: "\n")).map { line in
            let path = line.prefix { $0 != UInt8(ascii: ":") }
            let file = path.suffix(from: path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex)
            let name = file.prefix { $0 != UInt8(ascii: ".") }.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
            return String(decoding: name, as: UTF8.self)
        }
        return Set(names)
    }

    /// The process that holds a lock of flock(2), by a line of /proc/locks:
    /// `1: FLOCK  ADVISORY  WRITE 712 00:1a:1105 0 EOF`.
    ///
    /// - Parameter device: as `major:minor` in hexadecimal.
    static func lockHolder(in locks: String, device: String, inode: UInt64) -> Int32? {
        for line in locks.lines {
            let fields = line.split(separator: " ")
            // A waiter's line has `->` before the kind.
            if fields.count >= 6, fields[1] == "FLOCK", fields[5] == "\(device):\(inode)" { return Int32(fields[4]) }
        }
        return nil
    }

    /// `1408 KiB`, `16 MiB`, `1.5 GiB`
    static func size(kilobytes: Int) -> String {
        guard kilobytes >= 1024 else { return "\(kilobytes) KiB" }
        let (unit, name) = kilobytes < 1024 * 1024 ? (1024, "MiB") : (1024 * 1024, "GiB")
        let tenths = (Double(kilobytes) / Double(unit) * 10).rounded(.down) / 10
        return tenths == tenths.rounded() ? "\(Int(tenths)) \(name)" : "\(tenths) \(name)"
    }

    /// The first of these, and how many more there are.
    static func listing(_ names: [String], limit: Int = 4) -> String {
        let more = names.count - limit
        return names.prefix(limit).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}

/// The options that a kernel was built with: lines `CONFIG_X=y`, `CONFIG_X=m`, `# CONFIG_X is not set`.
struct KernelConfiguration {
    enum Setting { case builtIn, module, off }

    private let builtIn: Set<[UInt8]>
    private let modules: Set<[UInt8]>

    init(text: [UInt8]) {
        let lines = text.split(separator: UInt8(ascii: "\n"))
        builtIn = Set(lines.filter { $0.ends(with: "=y") }.map { Array($0.dropLast(2)) })
        modules = Set(lines.filter { $0.ends(with: "=m") }.map { Array($0.dropLast(2)) })
    }

    func setting(_ option: String) -> Setting {
        let name = Array(option.utf8)
        return builtIn.contains(name) ? .builtIn : modules.contains(name) ? .module : .off
    }

    func has(_ option: String) -> Bool { setting(option) != .off }
}

/// What `enabled_functions` shows: the functions that have something attached, `name (1) R I D tramp: …`.
struct AttachedFunctions: Equatable {
    private(set) var count = 0
    /// Called directly, as BPF programs are.
    private(set) var direct = 0
    /// Whose code another one replaces, as livepatch does.
    private(set) var replaced = 0

    init(text: String) {
        for line in text.lines {
            let fields = line.split(whereSeparator: \.isWhitespace)
            // Lines of detail are indented.
            guard line.first?.isWhitespace == false, let users = fields.firstIndex(where: { $0.hasPrefix("(") }) else {
                continue
            }
            let flags = fields[(users + 1)...].prefix { $0.count == 1 }
            count += 1
            if flags.contains("D") { direct += 1 }
            if flags.contains("I") { replaced += 1 }
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func ends(with text: StaticString) -> Bool {
        text.withUTF8Buffer { suffix($0.count).elementsEqual($0) }
    }
}
