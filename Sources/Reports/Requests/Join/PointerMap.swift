/// From the address of a live object in the kernel to where it is kept. A dictionary of the least that this takes: open addressing,
/// keys that are not 0.
struct PointerMap {
    /// More than any kernel has of such objects at once. Beyond, all are forgotten.
    private static let capacity = 1 << 19

    private var keys: [UInt64]
    private var values: [Int32]
    private var mask: Int
    /// Another one each time, so that nobody can make keys up that fall into one place.
    private let multiplier = UInt64.random(in: 1 << 62 ... .max) | 1
    private(set) var count = 0

    init() {
        keys = [UInt64](repeating: 0, count: 64)
        values = [Int32](repeating: 0, count: 64)
        mask = 63
    }

    /// nil for 0, which is no object.
    subscript(key: UInt64) -> Int? {
        guard key != 0 else { return nil }
        var index = place(of: key)
        while keys[index] != 0 {
            if keys[index] == key { return Int(values[index]) }
            index = (index &+ 1) & mask
        }
        return nil
    }

    /// Keeps a value in place of what was kept; nothing for 0.
    mutating func set(_ key: UInt64, _ value: Int) {
        guard key != 0 else { return }
        var index = place(of: key)
        while keys[index] != 0 {
            if keys[index] == key {
                values[index] = Int32(truncatingIfNeeded: value)
                return
            }
            index = (index &+ 1) & mask
        }
        (keys[index], values[index]) = (key, Int32(truncatingIfNeeded: value))
        count += 1
        if count * 2 > keys.count { if count < Self.capacity { grow() } else { removeAll() } }
    }

    @discardableResult
    mutating func remove(_ key: UInt64) -> Int? {
        guard key != 0 else { return nil }
        var index = place(of: key)
        while keys[index] != key {
            if keys[index] == 0 { return nil }
            index = (index &+ 1) & mask
        }
        let value = Int(values[index])
        count -= 1
        // What stands behind moves up, so that no search ends at the hole.
        var next = (index &+ 1) & mask
        while keys[next] != 0 {
            let home = place(of: keys[next])
            if (next &- home) & mask >= (next &- index) & mask {
                (keys[index], values[index]) = (keys[next], values[next])
                index = next
            }
            next = (next &+ 1) & mask
        }
        keys[index] = 0
        return value
    }

    mutating func removeAll() { self = PointerMap() }

    private func place(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* multiplier) &>> 32) & mask
    }

    private mutating func grow() {
        let old = (keys, values)
        keys = [UInt64](repeating: 0, count: keys.count * 2)
        values = [Int32](repeating: 0, count: keys.count)
        mask = keys.count - 1
        count = 0
        for (key, value) in zip(old.0, old.1) where key != 0 { set(key, Int(value)) }
    }
}
