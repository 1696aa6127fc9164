/// Where a capture's tracer and ring buffer are: in an instance of their own, which nobody else uses, or at the top level of
/// tracefs, which is one for the whole machine.
///
/// What has no file of its own in an instance is set at the top level in either case: at which functions trees begin, and how
/// deep they go.
struct TracingPlace: Equatable, Sendable {
    /// The instance's name; nil for the top level.
    let instance: String?

    /// The beginning of the names of all instances that captures make.
    static let instancePrefix = "dmflow-"

    static let topLevel = TracingPlace(instance: nil)

    /// The name of one of the place's files, below the top level.
    func file(_ name: String) -> String { instance.map { "instances/\($0)/\(name)" } ?? name }

    func contains(_ file: String) -> Bool { instance.map { file.hasPrefix("instances/\($0)/") } ?? true }
}

/// The files of an instance, by the names that they have at the top level.
struct InstanceFiles: TracingFiles {
    private let files: any TracingFiles
    private let place: TracingPlace

    init(_ files: any TracingFiles, _ place: TracingPlace) {
        (self.files, self.place) = (files, place)
    }

    var directory: String { files.path(place.instance.map { "instances/\($0)" } ?? "") }

    func exists(_ file: String) -> Bool { files.exists(place.file(file)) }
    func readBytes(_ file: String) throws(CaptureError) -> [UInt8] { try files.readBytes(place.file(file)) }
    func write(_ file: String, _ value: String) throws(CaptureError) { try files.write(place.file(file), value) }
    func append(_ file: String, _ line: String) throws(CaptureError) { try files.append(place.file(file), line) }
    func list(_ directory: String) throws(CaptureError) -> [String] { try files.list(place.file(directory)) }
    func openRaw(_ file: String) throws(CaptureError) -> Int32 { try files.openRaw(place.file(file)) }
    func makeDirectory(_ name: String) throws(CaptureError) { try files.makeDirectory(place.file(name)) }
    func removeDirectory(_ name: String) throws(CaptureError) { try files.removeDirectory(place.file(name)) }

    func writeList(
        _ file: String, _ entries: [String], stopAtRefusal isDecisive: (String) -> Bool
    ) throws(CaptureError) -> [RefusedEntry] {
        try files.writeList(place.file(file), entries, stopAtRefusal: isDecisive)
    }
}

extension TracingFiles {
    /// The place's files, by the names that they have at the top level.
    func at(_ place: TracingPlace) -> any TracingFiles {
        place.instance == nil ? self : InstanceFiles(self, place)
    }
}
