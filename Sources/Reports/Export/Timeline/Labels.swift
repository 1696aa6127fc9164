import TraceFormat

/// A text that occurs again and again in an export, by its number among ``Labels``.
struct Label: Hashable {
    let number: Int
}

/// The texts of an export that are written down once and meant by their numbers: names of functions, layers, stages, arguments.
final class Labels {
    private(set) var texts: [String] = []
    private var labels: [String: Label] = [:]

    /// The label of a text; what cannot be seen in it is escaped.
    subscript(text: String) -> Label {
        if let label = labels[text] { return label }
        let label = Label(number: texts.count)
        texts.append(printable(text))
        labels[text] = label
        return label
    }

    subscript(label: Label) -> String { texts[label.number] }
}
