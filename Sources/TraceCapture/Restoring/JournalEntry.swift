import TraceFormat

/// What a journal says of itself and of one change.
extension Journal {
    struct Owner: Codable, Equatable {
        let process: Int32
        /// The boot that the settings belong to: `/proc/sys/kernel/random/boot_id`.
        let boot: String
        /// Where the files are that were changed.
        let tracefs: String
    }

    /// A line of the file, as JSON.
    enum Entry: Codable, Equatable {
        case owner(Owner)
        /// A file of tracefs, before its first change.
        case setting(SavedFile)
        /// An instance of tracefs, before it is made.
        case instance(String)
        /// Probes, before they are set.
        case probes(ProbeList)
        /// All settings before this are as they were.
        case settingsRestored
        /// A file that is removed unless it gets its name.
        case temporaryFile(RawString)
    }
}

extension Journal.Entry {
    /// Whether a capture can have written this: no name leads out of tracefs, or to what is not dmflow's.
    var isSound: Bool {
        switch self {
        case .owner, .settingsRestored: true
        case .setting(let saved):
            saved.file.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(Self.isPlain)
                && Self.fits(saved)
        case .instance(let name): Self.isPlain(name[...]) && name.hasPrefix(TracingPlace.instancePrefix)
        case .probes(let probes):
            ProbeList.files.contains(probes.file)
                && probes.names.allSatisfy { Self.isPlain($0[...]) }
        // Looked at when it is removed, since that is when it matters what is there.
        case .temporaryFile: true
        }
    }

    /// Whether what is put back as an event's is an event's.
    private static func fits(_ saved: SavedFile) -> Bool {
        let parts = saved.file.split(separator: "/")
        return switch saved.form {
        case .eventSwitch:
            parts.count == 4 && parts[0] == "events" && parts[3] == "enable"
                && ["0", "1", "0*", "1*"].contains(saved.content.trimmed)
        case .eventFilter: parts.count == 4 && parts[0] == "events" && parts[3] == "filter"
        default: true
        }
    }

    /// A name of letters, digits, `_`, `-` and dots, which does not begin with one: `..` leads elsewhere.
    private static func isPlain(_ name: Substring) -> Bool {
        guard let first = name.utf8.first, first != UInt8(ascii: ".") else { return false }
        return name.utf8.allSatisfy { byte in
            let character = Character(UnicodeScalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || "_-.".contains(character))
        }
    }
}

extension Journal.Owner {
    /// Whether the settings are of this boot; what an earlier one had is gone with it.
    var isOfThisBoot: Bool { boot == Journal.Owner(tracefs: tracefs).boot }
}
