import ArgumentParser
import Glibc
import Reports

/// Who read standard output has closed it: a reason to stop, but no error.
struct ReaderGone: Error {}

/// Writes a result to standard output.
///
/// - Throws: ``ReaderGone`` if it is a pipe that nobody reads, ``Failure`` if it cannot be written, such as on a full disk.
func emit(_ text: String) throws {
    var text = text
    try text.withUTF8 { try emit(UnsafeRawBufferPointer($0)) }
}

func emit(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes(emit) }

private func emit(_ bytes: UnsafeRawBufferPointer) throws {
    Pager.begin()
    var done = 0
    while done < bytes.count {
        let count = write(STDOUT_FILENO, bytes.baseAddress! + done, bytes.count - done)
        if count < 0 && errno == EINTR { continue }
        if count < 0 && errno == EPIPE { throw ReaderGone() }
        guard count > 0 else {
            throw Failure(
                message: "standard output: \(String(cString: strerror(errno))); what was printed is not all of it")
        }
        done += count
    }
}

extension OutputSink {
    /// Prints in large pieces, or on a terminal, where somebody waits, each as it comes.
    static func standardOutput() -> OutputSink {
        OutputSink(size: isatty(STDOUT_FILENO) == 1 ? 1 : 64 << 10, to: emit)
    }
}

/// Whether to colour: `--color`.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

extension Style {
    /// Colour on a terminal that wants it unless `color` decides, block characters where the locale has them.
    static func ofStandardOutput(_ color: ColorChoice) -> Style {
        ofOutput(color, isTerminal: isatty(STDOUT_FILENO) == 1)
    }

    /// The same of any output.
    static func ofOutput(_ color: ColorChoice, isTerminal: Bool) -> Style {
        let refusesColor = environment("NO_COLOR") != nil || environment("TERM") == "dumb"
        let isColored =
            switch color {
            case .auto: isTerminal && !refusesColor
            case .always: true
            case .never: false
            }
        return Style(
            color: isColored, unicode: hasUnicode, columns: (isTerminal ? terminalColumns : nil) ?? askedColumns)
    }

    /// Whether the locale has characters beyond ASCII.
    static var hasUnicode: Bool {
        let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? ""
        return ["UTF-8", "UTF8"].contains { locale.uppercased().contains($0) }
    }

    /// Of the terminal that standard output is; nil if it is none, or does not tell.
    static var terminalColumns: Int? { terminalSize(STDOUT_FILENO).map { max(40, $0.columns) } }

    /// Where there is no terminal to ask.
    private static var askedColumns: Int {
        environment("COLUMNS").flatMap { Int($0) }.map { min(max($0, 40), 1000) } ?? usualColumns
    }
}

/// A variable's value; nil if it is not set or empty.
func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}

/// How large a terminal is; nil of what is none, or does not tell.
func terminalSize(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
}
