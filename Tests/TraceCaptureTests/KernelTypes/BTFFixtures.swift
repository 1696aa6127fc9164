import Decompression
import TestSupport

@testable import TraceCapture

/// The type information of a kernel of the lab, trimmed, laid out as the kernel would.
final class BTFFixture: Sendable {
    static let kernels = ["5.10", "6.1", "6.12", "7.3"]
    /// Those whose modules have type information.
    static let withModules = ["6.1", "6.12", "7.3"]
    static let modules = ["dm_mod", "dm_multipath", "scsi_mod", "libiscsi", "libiscsi_tcp", "scsi_transport_iscsi"]

    private static let all = Dictionary(uniqueKeysWithValues: kernels.map { ($0, BTFFixture($0)) })

    let directory: String
    private nonisolated(unsafe) let files = TemporaryDirectory()

    private init(_ kernel: String) {
        directory = files.path
        for name in Self.names(kernel) { files.write(name, bytes: Self.bytes(kernel, name)) }
    }

    static func names(_ kernel: String) -> [String] { ["vmlinux"] + (withModules.contains(kernel) ? modules : []) }

    static func bytes(_ kernel: String, _ name: String) -> [UInt8] { decompressed("\(kernel)/\(name).btf.xz") }

    /// The content of a fixture that is compressed.
    static func decompressed(_ name: String) -> [UInt8] {
        let bytes = CompressedFormat.xz.decompress(try! Fixtures.bytes(name), limit: 16 << 20)
        guard let bytes, !bytes.isEmpty else { fatalError("fixture \(name) is damaged") }
        return bytes
    }

    static func types(_ kernel: String) -> KernelTypes { KernelTypes(directory: all[kernel]!.directory) }

    static func fields(_ kernel: String) -> KernelFields { KernelFields(types(kernel)) }
}
