import Testing

@testable import Reports

@Suite struct ProtobufMessageTests {
    private static func bytes(_ fill: (inout ProtobufMessage) -> Void) -> [UInt8] {
        var message = ProtobufMessage()
        fill(&message)
        return message.bytes
    }

    /// As the specification of the encoding has its examples, and both sides of where numbers take another byte.
    @Test func fieldsAreEncoded() {
        #expect(Self.bytes { $0.add(1, 150) } == [0x08, 0x96, 0x01])
        #expect(Self.bytes { $0.add(2, "testing") } == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67])
        #expect(Self.bytes { $0.add(3) { $0.add(1, 150) } } == [0x1a, 0x03, 0x08, 0x96, 0x01])
        #expect(Self.bytes { $0.add(1, 127) } == [0x08, 0x7f])
        #expect(Self.bytes { $0.add(1, 128) } == [0x08, 0x80, 0x01])
        #expect(Self.bytes { $0.add(15, 0) } == [0x78, 0x00])
        #expect(Self.bytes { $0.add(16, 0) } == [0x80, 0x01, 0x00])
        #expect(Self.bytes { $0.add(1, UInt64.max) } == [0x08] + [UInt8](repeating: 0xff, count: 9) + [0x01])
        #expect(Self.bytes { $0.add(1, Int32(-1)) } == [0x08] + [UInt8](repeating: 0xff, count: 9) + [0x01])
        #expect(Self.bytes { $0.add(47, fixed: 0x0102) } == [0xf9, 0x02, 0x02, 0x01, 0, 0, 0, 0, 0, 0])
    }

    @Test func aMessageIsUsedAgain() {
        var message = ProtobufMessage()
        message.add(1, 150)
        message.removeAll()
        #expect(message.isEmpty)
        message.add(1, 1)
        #expect(message.bytes == [0x08, 0x01])
    }
}
