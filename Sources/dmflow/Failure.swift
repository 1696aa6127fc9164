import ArgumentParser
import Glibc
import Reports
import TraceFormat

/// Why a command cannot do its work: what, where and what to do, in one line.
struct Failure: Error, CustomStringConvertible {
    let message: String

    var description: String { printable(message) }
}

/// Why a command cannot be done as it was written, as far as the parser cannot tell: exit code 64.
struct UsageFailure: Error, CustomStringConvertible {
    private let message: String

    init(_ message: String) { self.message = message }

    var description: String { printable(message) }
}

/// Prints a line to standard error, after the program's name.
func printError(_ message: String) {
    // Whatever names are in it.
    let line = "dmflow: \(printable(message))\n"
    let text = Style.hasUnicode ? line : inASCII(line)
    if Pager.hold(text) { return }
    // A closed standard error is no reason to stop.
    _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
}

/// Runs the work of a command. What it throws is printed, a line each, and becomes exit code 2: the input or the
/// machine does not allow it. If nobody reads its output any more it ends as other programs do then, by SIGPIPE and silently,
/// also where that was ignored.
func reporting(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let code as ExitCode {
        throw code
    } catch is ReaderGone {
        // Who has left the pager has seen enough.
        if Pager.isRunning { return }
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        // It is blocked: the code that a shell gives to a program that it ends.
        throw ExitCode(128 + SIGPIPE)
    } catch let failure as UsageFailure {
        printError(failure.description)
        throw ExitCode.validationFailure
    } catch {
        // Several obstacles are a line each; a newline in a name is escaped by then.
        for line in "\(error)".split(separator: "\n") { printError(String(line)) }
        throw ExitCode(2)
    }
}
