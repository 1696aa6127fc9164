/// What a request asks for: `enum req_op` of the kernel's `cmd_flags`.
enum RequestOperation: String, CaseIterable, Sendable {
    case read, write, flush, discard
    case secureErase = "secure erase"
    case writeZeroes = "write zeroes"
    case other

    /// - Parameter flags: `cmd_flags`, whose lowest eight bits are the operation.
    init(flags: UInt32) {
        switch flags & 0xff {
        case 0: self = .read
        case 1: self = .write
        case 2: self = .flush
        case 3: self = .discard
        case 5: self = .secureErase
        case 9: self = .writeZeroes
        default: self = .other
        }
    }

    /// - Parameter letters: as block events print them, with flags behind and before: `R`, `WS`, `FF`, `FWS`.
    init(letters: String) {
        switch letters {
        case let text where text.contains("R"): self = .read
        case let text where text.contains("W"): self = .write
        case let text where text.contains("D"): self = text.contains("E") ? .secureErase : .discard
        case let text where text.contains("F"): self = .flush
        default: self = .other
        }
    }
}

extension LiveRequest {
    var operation: RequestOperation { kindOfOperation ?? RequestOperation(flags: flags) }
}
