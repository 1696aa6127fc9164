"""A capture, what dmflow writes of it for viewers, and what dmflow reports of it."""

import json
import subprocess

FORMS = {"perfetto": "pftrace", "chrome": "json", "speedscope": "speedscope.json", "otlp": "otlp.jsonl"}


class Capture:
    def __init__(self, dmflow, path, folder):
        self.title = "/".join(path.parts[-2:])
        self.folder = folder
        self.stem = self.title.replace("/", "-")
        outputs = [option for form in FORMS for option in ("--output", f"{form}={self.file(form)}")]
        self.run(dmflow, "report", *outputs, path)
        self.report = json.loads(self.run(dmflow, "report", "--format", "json", path))
        lines = self.run(dmflow, "requests", "--format", "jsonl", path) if self.report["requests"] else ""
        self.requests = {line["id"]: line for line in map(json.loads, lines.splitlines())}

    def run(self, *command):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"viewers: {self.title}: {' '.join(map(str, command))}: {done.stderr}")
        return done.stdout

    def name(self, form):
        return f"{self.stem}.{FORMS[form]}"

    def file(self, form):
        return self.folder / self.name(form)

    @property
    def is_text(self):
        return self.report["source"]["kind"] == "text"

    def functions(self):
        """Calls, total and self time of complete calls by function, module and layer."""
        return {
            (row["function"], row["module"], row["layer"]): (row["calls"], row["totalNs"], row["selfNs"])
            for row in self.report["functions"]
        }

    def stages(self):
        """Of each request its stages in their order: try, round, name, ns."""
        return {
            number: [
                (one, round_, stage["name"], stage["layer"], stage["ns"])
                for one, try_ in enumerate(request["tries"], 1)
                for round_, stages in enumerate(try_["rounds"], 1)
                for stage in stages["stages"]
            ]
            for number, request in self.requests.items()
        }
