"""terminal.py COMMAND TITLE DIGEST FILE: draws what standard input has, text with the colours of a terminal, into an SVG.

It has no fonts in it and gets none from elsewhere: every piece of text is stretched to its place in the grid."""

import html
import sys

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

THEME = TerminalTheme(
    (24, 26, 31), (212, 215, 221),
    [(0, 0, 0), (205, 90, 80), (90, 170, 90), (205, 165, 60), (90, 140, 220), (180, 110, 190), (80, 165, 175), (190, 195, 200)],
    [(110, 115, 125), (235, 110, 100), (120, 205, 120), (235, 200, 90), (120, 170, 245), (210, 145, 220), (110, 200, 210), (240, 242, 245)])

FORM = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 WIDTH HEIGHT" role="img" aria-label="TITLE">
<!-- of DIGEST -->
<style>
.{unique_id}-matrix {{ font: {char_height}px ui-monospace, "DejaVu Sans Mono", "Liberation Mono", Menlo, Consolas, monospace }}
{styles}
</style>
<defs>
{lines}
</defs>
<rect fill="#181a1f" width="WIDTH" height="HEIGHT" rx="6"/>
<g transform="translate(MARGIN, MARGIN)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""

# What rich makes of a character: its width, and the height of a line.
WIDTH, HEIGHT, MARGIN = 12.2, 24.4, 12

command, title, digest, file = sys.argv[1:]
shown = Text.from_ansi(f"$ {command}\n{sys.stdin.read()}".rstrip("\n"))
lines = shown.plain.split("\n")
columns = max(len(line) for line in lines)
console = Console(record=True, width=columns, file=open("/dev/null", "w"), color_system="truecolor")
console.print(shown, no_wrap=True, crop=False, soft_wrap=True)
form = FORM
for word, value in {
        "WIDTH": f"{columns * WIDTH + 2 * MARGIN:.0f}", "HEIGHT": f"{len(lines) * HEIGHT + 2 * MARGIN:.0f}", "MARGIN": str(MARGIN),
        "DIGEST": digest, "TITLE": html.escape(title, quote=True).replace("{", "{{").replace("}", "}}")}.items():
    form = form.replace(word, value)
svg = console.export_svg(title="", theme=THEME, code_format=form, unique_id="terminal")
with open(file, "w") as output:
    output.write("\n".join(line.rstrip() for line in svg.split("\n")))
