import Testing

@testable import TraceCapture

@Suite struct MultipathTableTests {
    @Test func aTableHasFeaturesHandlerAndGroups() throws {
        let table = try #require(
            MultipathTable(
                "4 queue_if_no_path retain_attached_hw_handler queue_mode mq 1 alua 2 1 service-time 0 2 2 8:16 1 1 "
                    + "8:32 10 3 queue-length 1 x 1 0 65:160 "))
        #expect(table.features == ["queue_if_no_path", "retain_attached_hw_handler", "queue_mode", "mq"])
        #expect(table.queueMode == "mq" && table.hardwareHandler == ["alua"])
        #expect(table.groups.map(\.selector) == ["service-time", "queue-length"])
        #expect(table.groups.map(\.arguments) == [[], ["x"]])
        #expect(table.groups[0].paths.map(\.devno) == ["8:16", "8:32"])
        #expect(table.groups[0].paths.map(\.arguments) == [["1", "1"], ["10", "3"]])
        #expect(table.groups[1].paths == [.init(devno: "65:160", arguments: [])])
    }

    @Test func aMapCanBeWithoutGroups() {
        #expect(MultipathTable("0 0 0 0")?.groups == [])
        #expect(MultipathTable("1 queue_mode 0 0 0")?.queueMode == nil)
        #expect(MultipathStatus("2 0 0 0 0 0")?.groups == [])
    }

    @Test func aStatusHasTheStateOfGroupsAndPaths() {
        let status = MultipathStatus(
            "2 0 1 0 3 1 A 0 2 2 8:16 A 0 0 1 8:32 F 12 5 1 E 0 1 0 8:48 A 0 D 1 x 1 0 8:64 F 3 ")
        #expect(status?.groups == ["active", "enabled", "disabled"])
        #expect(status?.paths == ["8:16": "active", "8:32": "failed", "8:48": "active", "8:64": "failed"])
    }

    /// A number of things that are not there must neither be believed nor take memory.
    @Test(
        arguments: [
            "", "0", "0 0", "0 0 1", "1 0", "0 0 1 1 queue-length 0 2 1 8:0 1", "0 0 1 1 queue-length 0 1 2 8:0 1",
            "-1 0 0 0", "99999999999 0", "0 0 18446744073709551615 1 a 0 0 0", "a b c",
            "0 0 1 1 queue-length 0 4 9223372036854775807 8:0 1",
        ])
    func whatIsNoTableIsNone(text: String) {
        #expect(MultipathTable(text) == nil && MultipathStatus(text) == nil)
    }

    @Test(arguments: ["2 0 0 0 1 1 X 0 1 0 8:0 A 0", "2 0 0 0 1 1 A 0 1 0 8:0 X 0", "2 0 0 0 1 1 A 0 1 1 8:0 A 0"])
    func whatIsNoStatusIsNone(text: String) { #expect(MultipathStatus(text) == nil) }

    @Test func whatCannotBePrintedIsEscaped() {
        #expect(MultipathTable("1 a\u{1b}b 0 0 0")?.features == [#"a\x1bb"#])
    }
}
