import GraphParser

/// The functions that the page's trees name, each once, with their layers.
struct PageNames {
    private let names: TraceNames
    private let map: LayerMap
    private var numbers: [FunctionID: Int] = [:]
    private var functions: [Function] = []

    init(_ names: TraceNames, _ map: LayerMap) { (self.names, self.map) = (names, map) }

    /// A function's number in the page.
    mutating func number(of id: FunctionID) -> Int {
        if let known = numbers[id] { return known }
        numbers[id] = functions.count
        functions.append(names[id])
        return functions.count - 1
    }

    /// Names as long as there is room for all of them: some hundred bytes for each, unless there are tens of thousands.
    func write(to json: inout [UInt8]) {
        let room = min(PageText.maxName, max(40, 1_000_000 / max(1, functions.count)))
        json.appendJSON(raw: "{\"names\":[")
        json.appendList(functions) { $0.appendJSON(PageText.cut($1.description, to: room)) }
        json.appendJSON(raw: "],\"layers\":[")
        json.appendList(functions) { $0.appendJSON(map.layer(of: $1)) }
        json.appendJSON(raw: "],\"layerNames\":[")
        json.appendList(map.layers) { $0.appendJSON($1) }
        json.appendJSON(raw: "]}")
    }
}
