import TestSupport
import Testing

@testable import Reports

@Suite struct RequestAnalyzerTests {
    @Test func probe() throws {
        var script = RequestScript()
        let r = InventedRequest(1)
        script.add(r, InventedRequest.light, every: 10)
        script.add(InventedRequest(2), InventedRequest.detail, from: 1000, every: 10)
        print(script.text)
        let reading = try RequestReading(script)
        print(reading.outlines, reading.summary?.unjoined as Any)
        #expect(reading.areWhole)
    }
}
