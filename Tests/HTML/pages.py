"""A page that dmflow writes, and the JSON of the same report."""

import json
import os
import pathlib
import subprocess
import sys

DMFLOW = os.path.abspath(sys.argv[1])
MAX_SIZE = 5_000_000


class Page:
    def __init__(self, file, directory, name=None):
        self.file = str(file)
        self.name = name or "/".join(pathlib.Path(file).parts[-2:])
        self.path = pathlib.Path(directory) / f"{self.name.replace('/', '-')[:80]}.html"
        done = subprocess.run(
            [DMFLOW, "report", "--output", f"html={self.path}", "--output", "json", self.file], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"html: {self.name}: exit code {done.returncode}: {done.stderr[-300:]}")
        self.report = json.loads(done.stdout)
        self.size = self.path.stat().st_size
        self.text = self.path.read_text()

    @property
    def data(self):
        """The JSON that stands in the page."""
        return json.loads(self.text.split('<script type="application/json" id="data">')[1].split("</script>")[0])
