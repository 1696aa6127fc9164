import TraceFormat

/// Why it cannot be told where a field is.
struct FieldError: Error, Equatable, Sendable {
    /// What stands in the way.
    enum Problem: Equatable, Sendable {
        /// The text is no path of a field; what of it is wrong.
        case notAPath(String)
        /// The kernel hands out no type information.
        case noTypes
        /// A file of type information, and what is wrong with it.
        case btfNotUsable(String)
        case noStructure(String, similar: [String])
        /// Several structures have the name, with different answers.
        case ambiguous(String)
        case noFunction(String, similar: [String])
        case noParameter(String, function: String, known: [String])
        case noMember(String, structure: String, similar: [String])
        /// Stepping goes through pointers with `->` only, and into structures with `.` only.
        case notAPointer(String)
        case notAStructure(String, isPointer: Bool)
        case notAnArray(String)
        case indexTooLarge(Int, count: Int)
        /// What a probe cannot record, such as a whole structure.
        case noValue(String)
        /// The types refer to each other in circles, or deeper than compilers make them.
        case tooDeep
        /// A table has the offset, and nothing has shown that it is right on this kernel.
        case notProven(String, reason: String)
    }

    let problem: Problem
    /// The path of the field, or the file.
    let subject: String

    init(_ problem: Problem, in subject: String) { (self.problem, self.subject) = (problem, subject) }
}

extension FieldError: CustomStringConvertible {
    /// In one line: what was asked, and why there is no answer.
    var description: String { printable("\(subject): \(reason)") }

    private var reason: String {
        switch problem {
        case .notAPath(let flaw): flaw
        case .noTypes: "this kernel hands out no type information (CONFIG_DEBUG_INFO_BTF)"
        case .btfNotUsable(let flaw): flaw
        case .noStructure(let name, let similar): "this kernel has no struct \(name)\(Self.hint(similar))"
        case .ambiguous(let name): "several types are called \(name): name the module"
        case .noFunction(let name, let similar):
            "the arguments of the function \(name) are not known\(Self.hint(similar))"
        case .noParameter(let name, let function, let known):
            "\(function) has no parameter \(name), but \(known.isEmpty ? "none" : known.joined(separator: ", "))"
        case .noMember(let name, let structure, let similar):
            "struct \(structure) has no member \(name)\(Self.hint(similar))"
        case .notAPointer(let name): "\(name) is no pointer"
        case .notAStructure(let name, let isPointer):
            isPointer ? "\(name) is a pointer: go on with ->" : "\(name) is no structure"
        case .notAnArray(let name): "\(name) is no array"
        case .indexTooLarge(let index, let count): "there are \(count) elements, and no [\(index)]"
        case .noValue(let what): "it is \(what), which a probe cannot record"
        case .tooDeep: "its type is nested too deep"
        case .notProven(let field, let reason): "the offset of \(field) is not proven on this kernel: \(reason)"
        }
    }

    private static func hint(_ similar: [String]) -> String {
        similar.isEmpty ? "" : "; similar: \(similar.joined(separator: ", "))"
    }
}
