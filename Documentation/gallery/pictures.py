"""Pictures of what a command shows: of a terminal as SVG, of an HTML report as PNG, each with a digest of what it shows in it."""

import hashlib
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".build-gallery"
PACKAGES = ["rich==14.1.0"]
TERMINAL = pathlib.Path(__file__).with_name("terminal.py")
PICTURE = re.compile(r"<!-- picture: (.+?) -->\n!\[([^]]*)\]\(([^)]+)\)")
# For `dmflow --version`, which an HTML report may show, and another commit has another one.
REVISION = re.compile(r"\(([0-9a-f]{12}(-dirty)?|unknown revision)\)")


class Picture:
    def __init__(self, command, title, file):
        self.command, self.title, self.file = command, title, file

    def is_of_today(self, shell):
        return self.file.exists() and self._made_of() == self._digest(shell)

    def _digest(self, shell):
        """Of all that the picture depends on: what it shows, and how it is drawn."""
        parts = [self.command, self.title, REVISION.sub("()", self._shown(shell)), self._drawn_by()]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Terminal(Picture):
    """What a command prints to a terminal with colours."""

    def _shown(self, shell):
        return shell.printed(self.command)

    def _made_of(self):
        match = re.search("<!-- of ([0-9a-f]{64}) -->", self.file.read_text())
        return match and match[1]

    def _drawn_by(self):
        return "\n".join([*PACKAGES, TERMINAL.read_text()])

    def draw(self, shell):
        with_tools(TERMINAL, self.command, self.title, self._digest(shell), self.file,
                   shown=self._shown(shell))


class Page(Picture):
    """An HTML report in a browser, in the light or the dark theme, as the name of the picture says: NAME-light.png, NAME-dark.png."""

    BROWSER = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1280,1600",
               "--virtual-time-budget=5000"]

    def _shown(self, shell):
        """The page that the command writes to standard output."""
        return shell.printed(self.command)

    def _made_of(self):
        match = re.search(rb"tEXtSource\0([0-9a-f]{64})", self.file.read_bytes())
        return match and match[1].decode()

    def _drawn_by(self):
        return " ".join(self.BROWSER)

    def draw(self, shell):
        theme = {"light": 1, "dark": 0}[self.file.stem.rsplit("-", 1)[-1]]
        with tempfile.TemporaryDirectory(prefix="dmflow-gallery-") as directory:
            page = pathlib.Path(directory, "report.html")
            page.write_text(self._shown(shell))
            shot = pathlib.Path(directory, "shot.png")
            subprocess.run(
                [*self.BROWSER, f"--user-data-dir={directory}/profile", f"--blink-settings=preferredColorScheme={theme}",
                 f"--screenshot={shot}", page.as_uri()], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.file.write_bytes(with_text(shot.read_bytes(), b"Source", self._digest(shell).encode()))


def of(text, directory):
    """The pictures that a page of Markdown shows, each with the command before it."""
    for command, title, name in PICTURE.findall(text):
        kind = Terminal if name.endswith(".svg") else Page
        yield kind(command, title, directory / name)


def with_text(png, keyword, text):
    """A PNG with a word in it that viewers do not show."""
    body = b"tEXt" + keyword + b"\0" + text
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    end = png.rindex(b"IEND") - 4
    return png[:end] + chunk + png[end:]


def with_tools(script, *words, shown):
    """Runs a script with what PyPI has for it, which is got once."""
    mark = TOOLS / "complete"
    if not mark.exists() or mark.read_text() != "\n".join(PACKAGES):
        print(f"gallery: getting {', '.join(PACKAGES)} from PyPI", file=sys.stderr)
        if subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", TOOLS]).returncode != 0:
            sys.exit("gallery: no virtual environment: install Debian's python3-venv")
        subprocess.run([TOOLS / "bin/python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install", *PACKAGES], check=True)
        mark.write_text("\n".join(PACKAGES))
    subprocess.run([TOOLS / "bin/python", "-B", script, *map(os.fspath, words)], input=shown, text=True, check=True)
