/// What is called so often, for so little of the time, that recording it would itself be the cost that is measured.
public enum TraceNoise: String, CaseIterable, Sendable {
    /// Taking and giving back locks that nobody else holds; who has to wait for one is recorded all the same.
    case locks
    /// Taking and giving back memory.
    case allocator

    var patterns: [String] {
        switch self {
        case .locks:
            [
                "mutex_lock*", "mutex_unlock", "mutex_trylock", "down_read*", "down_write*", "up_read", "up_write",
                "_raw_spin_*", "_raw_read_*", "_raw_write_*",
            ]
        case .allocator:
            [
                "kmem_cache_alloc*", "kmem_cache_free*", "__kmalloc*", "kmalloc_*", "kfree", "kvfree", "vfree",
                "vmalloc*",
                "__vmalloc*", "mempool_*", "__alloc_pages*", "__free_pages*",
            ]
        }
    }
}
