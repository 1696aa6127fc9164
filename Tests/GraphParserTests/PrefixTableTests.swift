import Testing

@testable import GraphParser

@Suite struct PrefixTableTests {
    /// Any number of tasks may take turns, up to the limit, and each is found; one more takes only one's place.
    @Test(arguments: [1, 64, 65, 70, 10_000, PrefixTable.limit, PrefixTable.limit + 1])
    func everyPrefixIsFound(count: Int) {
        var table = PrefixTable()
        for number in 0..<count { add(number, to: &table) }
        let found = (0..<count).filter { find($0, in: table) }.count
        #expect(found == min(count, PrefixTable.limit))
        #expect(table.used == found)
    }

    /// However many come, the last one is known, and so are as many as there is room for.
    @Test func beyondTheLimitThePlacesAreTakenOneByOne() {
        var table = PrefixTable()
        let count = PrefixTable.limit * 3 / 2
        for number in 0..<count {
            add(number, to: &table)
            if number >= PrefixTable.limit, number % 64 == 0 { #expect(find(number, in: table)) }
        }
        #expect(table.used == PrefixTable.limit)
        #expect((0..<count).filter { find($0, in: table) }.count == PrefixTable.limit)
    }

    @Test func whatAPrefixTellsCanChange() {
        var table = PrefixTable()
        add(1, to: &table)
        let other = PrefixTable.Entry(task: .thread(0, cpu: 3), cpu: 0x3fff, ring: .max, isOfCalls: false)
        table.add(line(1).span, 0..<20, other)
        #expect(table.used == 1 && entry(1, in: table) == other)
    }

    @Test func anotherLengthBeginsAnew() {
        var table = PrefixTable()
        for number in 0..<100 { add(number, to: &table) }
        table.add(line(1).span, 0..<21, PrefixTable.Entry(task: .nobody, cpu: 0, ring: 0))
        #expect(table.used == 1 && table.length == 21)
    }

    private func add(_ number: Int, to table: inout PrefixTable) {
        table.add(line(number).span, 0..<20, expected(number))
    }

    private func find(_ number: Int, in table: PrefixTable) -> Bool {
        let entry = entry(number, in: table)
        #expect(entry == nil || entry == expected(number))
        return entry != nil
    }

    private func entry(_ number: Int, in table: PrefixTable) -> PrefixTable.Entry? {
        let line = line(number)
        return table.entry(line.span.bytes, 0)
    }

    private func expected(_ number: Int) -> PrefixTable.Entry {
        PrefixTable.Entry(task: .thread(Int32(number), cpu: UInt16(number % 8)), cpu: UInt16(number % 8), ring: 7)
    }

    /// Twenty bytes of a prefix, and as many behind it as are read with its last word.
    private func line(_ number: Int) -> [UInt8] {
        let digits = String(number)
        return Array((" 0)  task-" + String(repeating: "0", count: 8 - digits.count) + digits + " | 12345678").utf8)
    }
}
