/// Where fields are, for those who only look: what has to be proven by probes is left to a capture.
struct LaterProof: OffsetProof {
    func verdicts(on rows: [OffsetTable.Row]) -> [OffsetTable.Row: OffsetVerdict] {
        Dictionary(
            rows.map { ($0, .unproven("a capture tries to prove it when it begins")) },
            uniquingKeysWith: { first, _ in first })
    }
}

extension KernelFields {
    /// The fields of the running kernel, with nothing changed to find them.
    ///
    /// - Parameter directory: where the kernel hands out its types.
    static func lookedUp(
        release: KernelRelease, architecture: String, directory: String = KernelTypes.directory
    ) -> KernelFields {
        KernelFields(
            KernelTypes(directory: directory),
            offsets: ProvenOffsets(release: release, architecture: architecture, proof: LaterProof()))
    }

    /// The same for a capture, which proves offsets of a table by probes where the kernel tells of no types.
    ///
    /// - Parameter journal: told of the probes before they are set. It has its owner.
    static func proven(
        on files: any TracingFiles, release: KernelRelease, architecture: String, journal: Journal
    ) -> KernelFields {
        let sampler = TracefsSampler(files: files, architecture: architecture, journal: journal)
        let proof = SampledProof(sampler: sampler, types: KernelFields())
        return KernelFields(
            offsets: ProvenOffsets(release: release, architecture: architecture, proof: proof))
    }
}
