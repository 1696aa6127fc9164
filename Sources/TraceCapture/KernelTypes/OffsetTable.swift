/// Offsets that were right on some kernels, each with what shows whether it is right on this one: a data file, `builtin.offsets`.
struct OffsetTable: Sendable {
    /// A place where a value can be seen: an argument of a function, or what it points to.
    struct Point: Hashable, Sendable {
        let function: String
        /// As probes take it, with `$argN`.
        let argument: String
        /// From there on, by the kernel's types; nil for the argument itself.
        let path: String?
    }

    /// What the value at the offset must be.
    enum Relation: String, Sendable {
        /// Among those that were seen at the other point.
        case seen
        /// The last that the same task had at the other point.
        case last
    }

    /// Where the offset can be tried, and what must be there.
    struct Claim: Hashable, Sendable {
        /// Has a pointer to the structure.
        let pointer: Point
        let relation: Relation
        let witness: Point
        let mask: UInt64
    }

    /// What a member is.
    enum MemberType: Hashable, Sendable {
        case integer(bytes: Int, isSigned: Bool)
        case pointer(to: String)
    }

    /// A line of the file.
    struct Row: Hashable, Sendable {
        let structure: String
        let member: String
        /// Bytes.
        let offset: Int
        let type: MemberType
        let kernels: ClosedRange<KernelRelease>
        let architecture: String
        let claim: Claim

        var name: String { "\(structure).\(member)" }
    }

    let rows: [Row]

    /// `builtin.offsets`.
    static let builtin = OffsetTable(text: String(decoding: PackageResources.builtin_offsets, as: UTF8.self))!

    /// - Returns: nil if a line is not as the file's head says.
    init?(text: String) {
        var rows: [Row] = []
        for line in text.lines where !line.hasPrefix("#") && !line.trimmed.isEmpty {
            guard let row = Row(line) else { return nil }
            rows.append(row)
        }
        self.rows = rows
    }

    /// Those that may be right on a kernel.
    func rows(for release: KernelRelease, architecture: String) -> [Row] {
        rows.filter { $0.kernels.contains(release) && $0.architecture == architecture }
    }
}

extension OffsetTable.Row {
    fileprivate init?(_ line: Substring) {
        var words = line.split(separator: " ").map(String.init)[...]
        guard words.count >= 10 else { return nil }
        let path = words.removeFirst().split(separator: ".").map(String.init)
        guard path.count == 2, let offset = Int(words.removeFirst()), (0..<1 << 20).contains(offset),
            let type = OffsetTable.MemberType(words.removeFirst()),
            let kernels = Self.kernels(words.removeFirst())
        else { return nil }
        let architecture = words.removeFirst()
        guard words.removeFirst() == "at", let pointer = OffsetTable.Point(from: &words),
            let relation = words.popFirst().flatMap(OffsetTable.Relation.init),
            let witness = OffsetTable.Point(from: &words), let mask = Self.mask(words.popFirst()), words.isEmpty
        else { return nil }
        // A small number is among any others soon.
        if relation == .seen, case .integer = type { return nil }
        self.init(
            structure: path[0], member: path[1], offset: offset, type: type, kernels: kernels,
            architecture: architecture,
            claim: OffsetTable.Claim(pointer: pointer, relation: relation, witness: witness, mask: mask))
    }

    private static func kernels(_ text: String) -> ClosedRange<KernelRelease>? {
        let ends = text.split(separator: "-").compactMap { KernelRelease(String($0)) }
        guard ends.count == 2, ends[0] <= ends[1] else { return nil }
        return ends[0]...ends[1]
    }

    private static func mask(_ text: String?) -> UInt64? {
        guard let text else { return .max }
        return text.hasPrefix("&0x") ? UInt64(text.dropFirst(3), radix: 16) : nil
    }
}

extension OffsetTable.MemberType {
    fileprivate init?(_ text: String) {
        if text.hasPrefix("*") {
            self = .pointer(to: String(text.dropFirst()))
        } else {
            guard let bits = Int(text.dropFirst()), [8, 16, 32, 64].contains(bits), "us".contains(text.prefix(1)) else {
                return nil
            }
            self = .integer(bytes: bits / 8, isSigned: text.hasPrefix("s"))
        }
    }

    /// As probes name it, for a value that is compared.
    var fetchType: String {
        switch self {
        case .integer(let bytes, _): "x\(bytes * 8)"
        case .pointer: "x64"
        }
    }
}

extension OffsetTable.Point {
    /// Takes `FUNCTION ARGUMENT [PATH]`; a path has a dot, and no other word.
    fileprivate init?(from words: inout ArraySlice<String>) {
        guard let function = words.popFirst(), let argument = words.popFirst(), argument.contains("$arg") else {
            return nil
        }
        let hasPath = words.first.map { $0.contains(".") } ?? false
        self.init(function: function, argument: argument, path: hasPath ? words.removeFirst() : nil)
    }
}
