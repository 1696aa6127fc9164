import CLinux
import Glibc

/// What device-mapper tells of its devices. It is asked by its control node, without a look at any device.
protocol DeviceMapperTables {
    /// The targets of a device.
    ///
    /// - Parameter table: what they were made of; else the state that they are in.
    /// - Returns: nil if there is no such device, or it may not be asked.
    func targets(major: UInt32, minor: UInt32, table: Bool) -> [DeviceMapperTarget]?
}

/// A line of `dmsetup table` or `dmsetup status`.
struct DeviceMapperTarget: Equatable {
    /// In sectors of 512 bytes.
    let length: UInt64
    /// `multipath`
    let type: String
    let parameters: String
}

/// The kernel's.
final class DeviceMapper: DeviceMapperTables {
    private let control: Descriptor
    private var buffer: [UInt8]

    private static let bufferSizes = (first: 16 << 10, most: 1 << 20)

    /// - Returns: nil if there is none, or it may not be opened. To open the node where device-mapper is not there would load it.
    init?(control path: String = "/dev/mapper/control") {
        guard let number = retrying({ open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) }) else { return nil }
        control = Descriptor(number)
        buffer = [UInt8](repeating: 0, count: Self.bufferSizes.first)
    }

    func targets(major: UInt32, minor: UInt32, table: Bool) -> [DeviceMapperTarget]? {
        while true {
            let result = buffer.withUnsafeMutableBytes { bytes in
                retrying {
                    dmflow_dm_targets(
                        control.number, major, minor, table ? 1 : 0, bytes.baseAddress, UInt32(bytes.count))
                }
            }
            guard result != nil else { return nil }
            let reply = DeviceMapperReply(buffer)
            if !reply.isCut { return reply.targets }
            guard buffer.count < Self.bufferSizes.most else { return nil }
            buffer = [UInt8](repeating: 0, count: buffer.count * 2)
        }
    }
}

/// The answer to `DM_TABLE_STATUS`: a header, then each target with its text behind it.
struct DeviceMapperReply {
    private let bytes: [UInt8]
    private let header: dm_ioctl

    /// - Parameter bytes: at least a header.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        header = bytes.withUnsafeBytes { $0.loadUnaligned(as: dm_ioctl.self) }
    }

    /// Whether the buffer was too small for it.
    var isCut: Bool { header.flags & dmflow_dm_buffer_full != 0 }

    /// nil if it does not fit into the buffer, or into itself.
    var targets: [DeviceMapperTarget]? {
        var targets: [DeviceMapperTarget] = []
        let first = Int(header.data_start)
        let size = MemoryLayout<dm_target_spec>.stride
        var place = first
        // Each is at another place behind the one before, so that the buffer bounds their number.
        for _ in 0..<header.target_count {
            guard place <= bytes.count - size else { return nil }
            let spec = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: dm_target_spec.self) }
            let text = bytes[(place + size)...].prefix { $0 != 0 }
            guard text.endIndex < bytes.count else { return nil }
            targets.append(
                DeviceMapperTarget(
                    length: spec.length, type: Self.name(spec), parameters: String(decoding: text, as: UTF8.self)))
            let next = first + Int(spec.next)
            guard next >= text.endIndex || targets.count == header.target_count else { return nil }
            place = next
        }
        return targets
    }

    private static func name(_ spec: dm_target_spec) -> String {
        withUnsafeBytes(of: spec.target_type) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
