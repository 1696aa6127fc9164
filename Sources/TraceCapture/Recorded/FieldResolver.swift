/// Where the members of this kernel's structures are.
protocol FieldResolver {
    /// The way to a member.
    ///
    /// - Parameter path: as in C, beginning with a structure's name: `scsi_cmnd.device->sdev_name`.
    /// - Throws: why it is not known.
    func way(to path: String) throws(UnknownField) -> FieldWay
}

/// The way through memory from a pointer to a structure to the value of a member.
struct FieldWay: Equatable {
    /// Bytes to add to each pointer; what is there is the next pointer, and the last is the value.
    let offsets: [Int]
    /// As the kernel names types of probes.
    let type: String

    /// As the kernel's probes take it: `+0(+16($arg1))`.
    func text(from source: String) -> String {
        offsets.reduce(source) { inner, offset in "\(offset < 0 ? "" : "+")\(offset)(\(inner))" }
    }
}

/// Why it is not known where a member is, in a few words.
struct UnknownField: Error, Equatable {
    let reason: String
}

/// Knows no structures: fields that name offsets can be had all the same.
struct NoFieldResolver: FieldResolver {
    func way(to path: String) throws(UnknownField) -> FieldWay {
        throw UnknownField(reason: "where members are is not known on this kernel")
    }
}
