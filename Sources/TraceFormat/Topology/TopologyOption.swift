import FoundationEssentials

extension Topology {
    /// Bytes that one may have in a file: of as many paths as it may have, twice.
    package static let maxSize = 8 << 20
    /// Maps, and paths of all maps, that one may have.
    package static let maxMaps = 4096
    package static let maxPaths = 4096

    /// Why an option cannot be read, as a phrase.
    package struct Broken: Error, Equatable {
        package let reason: String

        package static let tooLarge = Broken(reason: "larger than \(Topology.maxSize >> 20) MiB")
    }

    /// The content of the option, JSON of one line.
    ///
    /// - Returns: nil if it would be too large to be read again.
    package var option: [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard isWithinLimits, let json = try? encoder.encode(self), json.count <= Self.maxSize else { return nil }
        return Array(json)
    }

    /// - Parameter option: of ``TraceDatOption/topology``.
    /// - Throws: ``Broken`` for what this library cannot have written.
    package init(option: [UInt8]) throws(Broken) {
        guard option.count <= Self.maxSize else { throw .tooLarge }
        guard Self.isPrintable(option) else { throw Broken(reason: "not printable") }
        do { self = try JSONDecoder().decode(Topology.self, from: Data(option)) } catch {
            throw Broken(reason: "not as dmflow writes it")
        }
        guard isWithinLimits else { throw Broken(reason: "more than \(Self.maxPaths) paths or \(Self.maxMaps) maps") }
    }

    private var isWithinLimits: Bool {
        [maps, mapsAtEnd ?? []].allSatisfy { maps in
            maps.count <= Self.maxMaps
                && maps.reduce(0) { $0 + $1.groups.reduce(0) { $0 + $1.paths.count } } <= Self.maxPaths
        }
    }

    /// Whether all strings of a JSON text are printable. What was printable needs no escapes but those of quotes and backslashes.
    private static func isPrintable(_ json: [UInt8]) -> Bool {
        let text = String(decoding: json, as: UTF8.self)
        guard printable(text) == text, text.utf8.elementsEqual(json) else { return false }
        var isEscaped = false
        for byte in json {
            if isEscaped && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") { return false }
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        }
        return true
    }
}
