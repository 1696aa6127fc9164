import TraceFormat

/// An event as the traced kernel described it in a `format` file: its name and where its fields stand.
struct EventFormat: Equatable, Sendable {
    /// What `common_type` in the events' header holds.
    let id: Int
    /// Folder in tracefs' events, e.g. `block`.
    let system: String
    /// E.g. `block_rq_issue`.
    let name: String
    /// Fields that all events have.
    let common: [FieldFormat]
    /// The event's own fields, in the order of the format file.
    let fields: [FieldFormat]

    func field(_ name: String) -> FieldFormat? {
        fields.first { $0.name == name } ?? common.first { $0.name == name }
    }

    /// A field that holds one number.
    func number(_ name: String) -> Field? {
        field(name).flatMap { Field(offset: $0.offset, size: $0.size) }
    }

    /// The event's own fields as `dev=8388608 sector=2048 comm=fio`.
    ///
    /// From the fields only: the format's print expression is C of a stranger and is not evaluated.
    ///
    /// - Parameters:
    ///   - record: from the common header on.
    ///   - symbol: the name of the function at an address; nil if there is none.
    func describe(_ record: RawSpan, symbol: (UInt64) -> String? = { _ in nil }) -> String {
        var text = ""
        for field in fields {
            guard text.utf8.count < Self.maxTextSize else { return text + " …" }
            text += (text.isEmpty ? "" : " ") + "\(field.name)=\(field.describe(record, symbol))"
        }
        return text
    }

    /// Bytes; what goes beyond is cut off behind a field.
    private static let maxTextSize = 4096
}
