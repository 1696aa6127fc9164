import CLinux
import Testing

@testable import TraceCapture

@Suite struct DeviceMapperReplyTests {
    private let headerSize = MemoryLayout<dm_ioctl>.size
    private let specSize = MemoryLayout<dm_target_spec>.size

    /// A buffer as the kernel fills it.
    private func reply(
        _ targets: [(type: String, text: String)], size: Int = 4096, flags: UInt32 = 0,
        change: (inout dm_ioctl, inout [dm_target_spec]) -> Void = { _, _ in }
    ) -> DeviceMapperReply {
        var header = dm_ioctl()
        (header.data_start, header.target_count) = (UInt32(headerSize), UInt32(targets.count))
        header.flags = flags
        var (specs, places): ([dm_target_spec], [Int]) = ([], [])
        var place = headerSize
        for target in targets {
            var spec = dm_target_spec()
            spec.length = 2048
            withUnsafeMutableBytes(of: &spec.target_type) { $0.copyBytes(from: target.type.utf8) }
            places.append(place)
            place = (place + specSize + target.text.utf8.count + 1 + 7) & ~7
            spec.next = UInt32(place - headerSize)
            specs.append(spec)
        }
        change(&header, &specs)
        var bytes = [UInt8](repeating: 0, count: size)
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: header, as: dm_ioctl.self) }
        for (index, target) in targets.enumerated() {
            bytes.withUnsafeMutableBytes {
                $0.storeBytes(of: specs[index], toByteOffset: places[index], as: dm_target_spec.self)
            }
            let start = places[index] + specSize
            bytes.replaceSubrange(start..<(start + target.text.utf8.count), with: target.text.utf8)
        }
        return DeviceMapperReply(bytes)
    }

    @Test func eachTargetHasItsText() {
        let reply = reply([("multipath", "0 0 1 1"), ("linear", "8:0 0"), ("zero", "")])
        #expect(
            reply.targets == [
                .init(length: 2048, type: "multipath", parameters: "0 0 1 1"),
                .init(length: 2048, type: "linear", parameters: "8:0 0"),
                .init(length: 2048, type: "zero", parameters: ""),
            ])
        #expect(!reply.isCut)
    }

    @Test func aBufferThatWasTooSmallIsTold() {
        #expect(reply([], flags: dmflow_dm_buffer_full).isCut)
        #expect(reply([]).targets == [])
    }

    /// Offsets that lead out of the buffer, or back.
    @Test(arguments: [0, 8, 40, 100_000, UInt32.max])
    func theNextTargetIsBehindThisOne(next: UInt32) {
        let reply = reply([("multipath", "0 0 1 1"), ("linear", "8:0 0")]) { _, specs in specs[0].next = next }
        #expect(reply.targets == nil)
    }

    @Test func countsAndPlacesAreHeldAgainstTheBuffer() {
        #expect(reply([("zero", "")]) { header, _ in header.target_count = .max }.targets == nil)
        #expect(reply([("zero", "")]) { header, _ in header.data_start = 5000 }.targets == nil)
        // A text without an end.
        #expect(reply([("zero", "abc")], size: headerSize + specSize + 3).targets == nil)
    }
}
