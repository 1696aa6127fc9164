import TestSupport
import Testing

@testable import GraphParser

@Suite struct AddressIndexTests {
    /// A file may have any number of addresses: those beyond the limit are looked up again each time.
    @Test(arguments: [Limits.functions - 1, Limits.functions, Limits.functions + 1, 2 * Limits.functions])
    func holdsSoManyAddressesAndNoMore(count: Int) {
        var index = AddressIndex()
        for number in 1...count {
            index.add(UInt64(number) * 16, FunctionID(index: Int32(number)))
        }
        let found = (1...count).filter { index.function(at: UInt64($0) * 16) == Int32($0) }
        #expect(found == Array(1...min(count, Limits.functions)))
    }

    /// Names have a number each up to the limit, and one more for all others.
    @Test func namesBeyondTheLimitHaveOneNumber() {
        let names = TraceNames()
        let ids = (0..<(Limits.functions + 3)).map { names.intern(Function(name: "f\($0)", module: nil)) }
        #expect(Set(ids.prefix(Limits.functions)).count == Limits.functions)
        #expect(Set(ids.suffix(3)).count == 1 && !ids.prefix(Limits.functions).contains(ids.last!))
        #expect(names.isCapped && names[ids.last!] == .furtherOnes)
        #expect(names.count == Limits.functions + 2)
        // Those that have one keep it.
        #expect(names.intern(Function(name: "f0", module: nil)) == ids[0])
    }

    /// The names of tasks, too, have a limit in number and in bytes.
    @Test func namesOfTasksAreLimited() {
        let names = TraceNames()
        for tid in 0..<(Limits.taskNames + 2) { names.learn("t", of: Int32(tid)) }
        #expect(names.comms.count == Limits.taskNames)
        let long = TraceNames()
        let comm = String(repeating: "c", count: 1 << 20)
        for tid in 0..<20 { long.learn(comm, of: Int32(tid)) }
        #expect(long.comms.count == Limits.nameBytes >> 20)
        #expect(long.comm(of: 0) == comm && long.comm(of: 19) == nil)
    }
}
