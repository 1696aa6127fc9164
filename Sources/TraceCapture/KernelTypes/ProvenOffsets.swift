final class ProvenOffsets {
    func structure(named name: String) -> (any StructureType)? { nil }
}
