"""Blocks of commands and what they print, in Markdown."""

import difflib
import re

BLOCK = re.compile(r"(?ms)^```console\n(.*?)^```$")


def renewed(text, shell):
    """The text with what its blocks' commands print today, and how many commands it has."""
    commands = 0

    def block(match):
        nonlocal commands
        lines, keeps = [], True
        for line in match[1].splitlines():
            if line.startswith("$ "):
                commands += 1
                # Lines of nothing but blanks would be taken for mistakes by editors, and blanks at ends are.
                printed = [row.rstrip() for row in shell.printed(line[2:]).splitlines()]
                while printed and not printed[-1]:
                    printed.pop()
                lines += [line, *printed]
                keeps = False
            elif line.startswith("# dmflow ") or keeps:
                lines.append(line)
                keeps = True
        return "```console\n" + "".join(line + "\n" for line in lines) + "```"

    return BLOCK.sub(block, text), commands


def difference(old, new):
    """The first lines that differ."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "quoted", "printed", lineterm="", n=1)
    return "\n".join(list(lines)[:20])
