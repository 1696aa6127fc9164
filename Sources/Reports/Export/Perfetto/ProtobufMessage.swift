/// A message of protocol buffers, field by field, as the bytes that it is stored as.
///
/// The four kinds of fields that Perfetto's messages have here; https://protobuf.dev/programming-guides/encoding/ has their form.
struct ProtobufMessage {
    private(set) var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }

    mutating func add(_ field: Int, _ number: some BinaryInteger) {
        append(varint: UInt64(field) << 3)
        append(varint: UInt64(truncatingIfNeeded: number))
    }

    mutating func add(_ field: Int, fixed number: UInt64) {
        append(varint: UInt64(field) << 3 | 1)
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ field: Int, _ text: String) {
        append(varint: UInt64(field) << 3 | 2)
        append(varint: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func add(_ field: Int, _ message: borrowing ProtobufMessage) {
        append(varint: UInt64(field) << 3 | 2)
        append(varint: UInt64(message.bytes.count))
        bytes.append(contentsOf: message.bytes)
    }

    mutating func add(_ field: Int, _ fill: (inout ProtobufMessage) -> Void) {
        var message = ProtobufMessage()
        fill(&message)
        add(field, message)
    }

    /// For the next message, in the same memory.
    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    private mutating func append(varint number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
