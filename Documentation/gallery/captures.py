"""The captures that the documentation shows, under names that somebody would give them, and a shell in their directory."""

import lzma
import os
import pathlib
import subprocess
import sys
import tempfile

# What the documentation calls them, and the fixture that they are; budgets for them as well.
CAPTURES = {
    "map.dat": "6.12/create-load.dat",
    "io.dat": "6.1/requests-graph.dat.xz",
    "slow.dat": "6.1/requests-slow-iscsi.dat.xz",
    "lossy.dat": "6.1/io-lossy-record.dat",
    "path.dat": "6.1/daemon-map.dat",
    "cut.dat": "6.12/failover-cut-short.dat.xz",
    "dropped.dat": "6.1/requests-dropped.dat.xz",
    "still.dat": "6.12/failover-all-queueing.dat.xz",
    "old.dat": "6.1/requests-graph.dat.xz",
    "new.dat": "6.12/requests-graph.dat.xz",
    "base.json": "gate/reads-6.1.json.xz",
    "budgets.yml": "gate/budgets.yml",
}


class Shell:
    """Runs commands as somebody would type them who has dmflow installed; on no terminal, in the language C, with UTF-8."""

    def __init__(self, dmflow, root):
        self._directory = tempfile.TemporaryDirectory(prefix="dmflow-gallery-")
        self.place = pathlib.Path(self._directory.name)
        programs = self.place / ".bin"
        programs.mkdir()
        (programs / "dmflow").symlink_to(dmflow.resolve())
        for name, fixture in CAPTURES.items():
            data = (root / "Tests/Fixtures" / fixture).read_bytes()
            (self.place / name).write_bytes(lzma.decompress(data) if fixture.endswith(".xz") else data)
        self.environment = {
            "PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(self.place), "LC_ALL": "C.UTF-8", "COLUMNS": "100", "TZ": "UTC",
        }
        self._printed = {}

    def printed(self, command):
        """What the command prints, errors included. Each is run once; one that dmflow takes for wrong usage ends all."""
        if command not in self._printed:
            # What passes through a pipe comes when its last program gets to it, errors at once: which is first is chance, so errors are put last.
            through_pipe = "|" in command
            done = subprocess.run(
                ["bash", "-o", "pipefail", "-c", command], cwd=self.place, env=self.environment, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE if through_pipe else subprocess.STDOUT)
            printed = done.stdout + (done.stderr if through_pipe else "")
            if done.returncode in (64, 127):
                sys.exit(f"'{command}' cannot be run: {printed}")
            self._printed[command] = printed
        return self._printed[command]
