import ArgumentParser
import Glibc
import Reports

/// Writes a result to standard output.
func emit(_ text: String) throws {
    var text = text
    try text.withUTF8 { bytes in
        var done = 0
        while done < bytes.count {
            let count = write(STDOUT_FILENO, bytes.baseAddress! + done, bytes.count - done)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw Failure(
                    message: "standard output: \(String(cString: strerror(errno))); what was printed is not all of it")
            }
            done += count
        }
    }
}

/// Whether to colour: `--color`.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

extension Style {
    /// Colour on a terminal that wants it unless `color` decides, block characters where the locale has them.
    static func ofStandardOutput(_ color: ColorChoice) -> Style {
        let refusesColor = environment("NO_COLOR") != nil || environment("TERM") == "dumb"
        let isColored =
            switch color {
            case .auto: isatty(STDOUT_FILENO) == 1 && !refusesColor
            case .always: true
            case .never: false
            }
        let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? ""
        return Style(
            color: isColored,
            unicode: locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8"))
    }

    /// A variable's value; nil if it is not set or empty.
    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
