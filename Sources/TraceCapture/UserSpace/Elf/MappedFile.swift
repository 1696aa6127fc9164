/// A file whose code a process has mapped: its program, or a library.
struct MappedFile: Equatable, Sendable {
    /// The name that its functions are known under: `libmultipath` of `/lib/libmultipath.so.0`. Letters, digits and `_` only.
    let name: String
    /// As the kernel shows it, which is another process's view and may be another file's by now. See `Mapping.path`.
    let path: String
    /// The very file that is mapped, also when it was replaced or is not visible from here.
    let openPath: String
    let identity: FileIdentity

    /// The files with executable mappings, each once, in the order of their addresses.
    static func all(in mappings: [Mapping], of pid: Int32, proc: String) -> [MappedFile] {
        var seen: Set<FileIdentity> = []
        return mappings.compactMap { mapping in
            guard mapping.isExecutable, mapping.path.hasPrefix("/"), let identity = mapping.file,
                seen.insert(identity).inserted
            else { return nil }
            // Without the zeros before the number that maps has.
            let place = [mapping.addresses.lowerBound, mapping.addresses.upperBound].map { String($0, radix: 16) }
            return MappedFile(
                name: name(ofPath: mapping.path), path: mapping.path,
                openPath: "\(proc)/\(pid)/map_files/\(place.joined(separator: "-"))", identity: identity)
        }
    }

    /// The base name up to `.so`, with all but letters and digits replaced by `_`.
    static func name(ofPath path: String) -> String {
        var base = baseName(ofPath: path).utf8[...]
        for start in base.indices where base[start...].starts(with: ".so".utf8) && start != base.startIndex {
            let rest = base[start...].dropFirst(3)
            if rest.isEmpty || rest.first == UInt8(ascii: ".") {
                base = base[..<start]
                break
            }
        }
        let bytes = base.map { byte in
            let character = Character(UnicodeScalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber) ? byte : UInt8(ascii: "_")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Without directories, and without what the kernel appends to a file that was removed.
    static func baseName(ofPath path: String) -> String {
        let deleted = " (deleted)"
        let name = path.hasSuffix(deleted) ? path.dropLast(deleted.count) : path[...]
        return String(name.split(separator: "/").last ?? "")
    }
}
