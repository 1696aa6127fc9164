import Testing
import TraceCapture

@testable import dmflow

@Suite struct ExitCodeChoiceTests {
    @Test(
        arguments: [
            (.dmflow, .commandEnded, .exited(5), false, nil), (.dmflow, .commandEnded, .exited(5), true, 3),
            (.dmflow, .diskFull, .exited(5), true, 2), (.dmflow, .lossExceeded(0.5), nil, true, 1),
            (.dmflow, .overheadExceeded(0.5), .running, false, 1), (.dmflow, .durationPassed, nil, false, nil),
            (.command, .commandEnded, .exited(0), false, nil), (.command, .commandEnded, .exited(5), false, 5),
            (.command, .commandEnded, .exited(255), true, 255),
            (.command, .commandEnded, .killed(signal: 9), false, 137),
            // A command that is well does not hide what is not.
            (.command, .commandEnded, .exited(0), true, 3), (.command, .diskFull, .exited(0), false, 2),
            (.command, .diskFull, .exited(5), false, 5), (.command, .signal(2), .running, false, nil),
        ] as [(ExitCodeChoice, CaptureSummary.Ending, CommandStatus?, Bool, Int32?)])
    func whoseCodeItIs(
        choice: ExitCodeChoice, ending: CaptureSummary.Ending, command: CommandStatus?, isLossy: Bool, code: Int32?
    ) {
        #expect(choice.code(ending: ending, command: command, isLossy: isLossy) == code)
    }
}
