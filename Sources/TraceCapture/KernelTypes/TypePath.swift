/// The way to a field, written as in C: `request.bio`, `dm_mpath_io.pgpath->path.dev->name`, `scsi_cmnd.cmnd[0]`.
///
/// A pointer to a member leads to the structure around it where the member stands in parentheses, as of a work item that a function
/// gets: `iscsi_cls_session(block_work).sid`. A pointer to anything, `void *`, takes the structure that it is known to point to: `request.end_io_data->(dm_rq_target_io)orig`.
struct TypePath: Equatable, Sendable {
    /// A step on the way.
    enum Step: Equatable, Sendable {
        /// `.name`
        case member(String)
        /// `->name` or `->(structure)name`
        case pointee(String, as: String?)
        /// `[index]`, of an array or through a pointer
        case element(Int)
    }

    /// Bytes.
    private static let maxLength = 512

    let text: String
    /// A structure, or a parameter of a function.
    let root: String
    /// The members of the structure, one in the other, of which the last is what is pointed to; none if that is the structure itself.
    let container: [String]
    let steps: [Step]

    /// - Throws: `.notAPath`.
    init(_ text: String) throws(FieldError) {
        self.text = text
        var rest = text.utf8[...]
        do throws(Flaw) {
            if rest.count > Self.maxLength { throw Flaw(text: "a path has \(Self.maxLength) bytes at most") }
            root = try Self.name(from: &rest)
            container = try Self.container(from: &rest)
            var steps: [Step] = []
            while !rest.isEmpty { steps.append(try Self.step(from: &rest)) }
            self.steps = steps
        } catch {
            throw FieldError(.notAPath(error.text), in: text)
        }
    }

    private struct Flaw: Error { let text: String }

    /// `(member)`, or nothing.
    private static func container(from rest: inout Substring.UTF8View) throws(Flaw) -> [String] {
        guard take("(", from: &rest) else { return [] }
        var members = [try name(from: &rest)]
        while take(".", from: &rest) { members.append(try name(from: &rest)) }
        guard take(")", from: &rest) else { throw flaw(")", before: rest) }
        return members
    }

    private static func step(from rest: inout Substring.UTF8View) throws(Flaw) -> Step {
        if take("->", from: &rest) {
            guard take("(", from: &rest) else { return .pointee(try name(from: &rest), as: nil) }
            let structure = try name(from: &rest)
            guard take(")", from: &rest) else { throw flaw(")", before: rest) }
            return .pointee(try name(from: &rest), as: structure)
        }
        if take(".", from: &rest) { return .member(try name(from: &rest)) }
        guard take("[", from: &rest) else { throw flaw("., -> or [", before: rest) }
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard let index = Int(String(digits) ?? ""), index <= Int(UInt32.max) else {
            throw flaw("a number", before: rest)
        }
        rest = rest[digits.endIndex...]
        guard take("]", from: &rest) else { throw flaw("]", before: rest) }
        return .element(index)
    }

    private static func take(_ token: StaticString, from rest: inout Substring.UTF8View) -> Bool {
        let token = "\(token)".utf8
        guard rest.starts(with: token) else { return false }
        rest = rest.dropFirst(token.count)
        return true
    }

    /// An identifier of C.
    private static func name(from rest: inout Substring.UTF8View) throws(Flaw) -> String {
        let name = rest.prefix { byte in
            byte == UInt8(ascii: "_") || isLetterOrDigit(byte)
        }
        guard let first = name.first, !(0x30...0x39).contains(first) else { throw flaw("a name", before: rest) }
        rest = rest[name.endIndex...]
        return String(decoding: name, as: UTF8.self)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }

    private static func flaw(_ expected: String, before rest: Substring.UTF8View) -> Flaw {
        Flaw(
            text:
                "\(expected) expected \(rest.isEmpty ? "at the end" : "before '\(String(decoding: rest, as: UTF8.self))'")"
        )
    }
}

extension TypePath: CustomStringConvertible {
    var description: String { text }
}
