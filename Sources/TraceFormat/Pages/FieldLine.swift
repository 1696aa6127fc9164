/// A line of a kernel's `format` or `header_page` file that says where a field stands:
/// `field:unsigned long func;	offset:8;	size:8;	signed:0;`.
package struct FieldLine: Equatable, Sendable {
    package let name: String
    /// Bytes from the begin of the record or page.
    package let offset: Int
    /// Bytes.
    package let size: Int

    /// The fields that a text describes, in its order.
    package static func all(_ text: [UInt8]) -> [FieldLine] {
        text.split(separator: UInt8(ascii: "\n")).compactMap { FieldLine(String(decoding: $0, as: UTF8.self)) }
    }

    private init?(_ line: String) {
        let parts = line.split(separator: ";").map { $0.drop { $0 == " " || $0 == "\t" } }
        func number(_ key: String) -> Int? {
            parts.first { $0.hasPrefix(key) }.flatMap { Int($0.dropFirst(key.count)) }
        }
        guard let declaration = parts.first, declaration.hasPrefix("field:"),
            let name = declaration.dropFirst("field:".count).split(whereSeparator: { $0 == " " || $0 == "*" }).last,
            let offset = number("offset:"), let size = number("size:")
        else { return nil }
        (self.name, self.offset, self.size) = (String(name), offset, size)
    }
}
