/// What a field of a kernel probe starts from, as a flow names it.
enum ProbeSource: Equatable {
    /// An argument of the function, counted from 1.
    case argument(Int)
    /// An entry of the stack; nil for the stack's address.
    case stack(Int?)
    case returnValue
    /// A register of this architecture, as the kernel names it: `%di`.
    case register(String)

    /// What the kernel takes at most.
    private static let maxArgument = 12

    /// - Returns: nil for what is none.
    init?(_ text: String) {
        if text == "return" {
            self = .returnValue
        } else if text == "stack" {
            self = .stack(nil)
        } else if let number = Self.number(text, behind: "stack") {
            self = .stack(number)
        } else if let number = Self.number(text, behind: "arg"), (1...Self.maxArgument).contains(number) {
            self = .argument(number)
        } else if text.hasPrefix("%"), text.count > 1,
            text.dropFirst().allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        {
            self = .register(text)
        } else {
            return nil
        }
    }

    private static func number(_ text: String, behind prefix: String) -> Int? {
        guard text.hasPrefix(prefix) else { return nil }
        let digits = text.dropFirst(prefix.count)
        return digits.count <= 3 && digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int(digits) : nil
    }

    /// Registers that hold a function's first arguments, by architecture: what kernels take that know no `$argN` (before 4.20).
    private static let registers = [
        "x86_64": ["%di", "%si", "%dx", "%cx", "%r8", "%r9"],
        "aarch64": (0...7).map { "%x\($0)" },
        "s390x": (2...6).map { "%r\($0)" },
        "ppc64le": (3...10).map { "%gpr\($0)" },
    ]

    /// As this kernel takes it; nil for an argument that it cannot name.
    func text(namesArguments: Bool, architecture: String) -> String? {
        switch self {
        case .argument(let number) where namesArguments: return "$arg\(number)"
        case .argument(let number):
            let known = Self.registers[architecture] ?? []
            return known.indices.contains(number - 1) ? known[number - 1] : nil
        case .stack(let entry): return "$stack\(entry.map(String.init) ?? "")"
        case .returnValue: return "$retval"
        case .register(let name): return name
        }
    }

    /// Whether the kernel's probes have a type of the name: `x64`, `string`, `u8[16]`, `b4@2/32`.
    static func isType(_ text: String) -> Bool {
        let parts = text.split(separator: "[", omittingEmptySubsequences: false)
        if parts.count > 2 { return false }
        if parts.count == 2 {
            guard parts[1].hasSuffix("]"), let count = Int(parts[1].dropLast()), (1...64).contains(count) else {
                return false
            }
        }
        if ["string", "ustring", "symbol", "symstr"].contains(parts[0]) { return true }
        if parts[0].first == "b" { return isBitField(parts[0].dropFirst()) }
        return parts[0].first.map("usx".contains) == true && ["8", "16", "32", "64"].contains(parts[0].dropFirst())
    }

    /// `WIDTH@OFFSET/SIZE`
    private static func isBitField(_ text: Substring) -> Bool {
        let numbers = text.split(whereSeparator: { "@/".contains($0) }).map { Int($0) }
        guard numbers.count == 3, let width = numbers[0], let offset = numbers[1], let size = numbers[2] else {
            return false
        }
        return text.filter({ "@/".contains($0) }) == "@/" && width > 0 && width + offset <= size
            && [8, 16, 32, 64].contains(size)
    }
}
