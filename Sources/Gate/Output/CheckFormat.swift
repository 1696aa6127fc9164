public import Reports

/// A form in which a check's result is written. A format is one file, and one line in ``builtin``.
public protocol CheckFormat: Sendable {
    /// As it is asked for: a word in lower case.
    var name: String { get }
    /// What the user gets, a phrase that goes on behind the name.
    var help: String { get }
    /// Whether its last line is the verdict.
    var endsWithVerdict: Bool { get }

    /// The whole text.
    ///
    /// - Parameters:
    ///   - result: what came of the check.
    ///   - options: how it is to look.
    func render(_ result: CheckResult, _ options: CheckOptions) throws -> String
}

extension CheckFormat {
    /// Only what people read.
    public var endsWithVerdict: Bool { false }
}

/// How a check's result is to look, as far as its format has a choice.
public struct CheckOptions: Sendable {
    /// Colours and characters for where it goes.
    public var style: Style
    /// Whether what is the same is listed, too.
    public var showsAll: Bool
    /// The file that is blamed where a tool wants one: the policy, or the baseline.
    public var place: String

    /// As they are by default.
    public init(style: Style = .plain, showsAll: Bool = false, place: String = "dmflow") {
        (self.style, self.showsAll, self.place) = (style, showsAll, place)
    }
}

/// The formats that there are.
public enum CheckFormats {
    /// In the order in which help lists them; the first is what one gets without asking.
    public static let builtin: [any CheckFormat] = [
        CheckText(), CheckJSON(), CheckJUnit(), CheckSARIF(), CheckMarkdown(),
    ]

    /// The format of that name; nil if there is none.
    public static func format(named name: String) -> (any CheckFormat)? { builtin.first { $0.name == name } }
}
