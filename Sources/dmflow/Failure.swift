import ArgumentParser
import Glibc

/// Why a command cannot do its work: what, where and what to do, in one line.
struct Failure: Error, CustomStringConvertible {
    let message: String

    var description: String { message }
}

/// Prints to standard error, each line after the program's name.
func complain(_ message: String) {
    let text = message.split(separator: "\n").map { "dmflow: \($0)\n" }.joined()
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
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        // It is blocked: the code that a shell gives to a program that it ends.
        throw ExitCode(128 + SIGPIPE)
    } catch {
        complain("\(error)")
        throw ExitCode(2)
    }
}
