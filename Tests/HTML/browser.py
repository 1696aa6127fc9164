"""A headless Chromium with what the tests ask of it."""

import json
import os

os.environ["SE_AVOID_STATS"] = "true"

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from pages import MAX_SIZE

faults = []
MAX_SECONDS = 2


def complain(text):
    faults.append(text)
    print(f"html: {text}", flush=True)


class Browser:
    def __enter__(self):
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        # Nothing but the page itself: the browser must not ask the network for anything of its own either.
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1300,1000",
                         "--force-prefers-reduced-motion", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def open(self, page):
        """Opens a page, and once more if that took long: the machine may be busy. Returns how many seconds it took."""
        self.driver.set_window_size(1300, 1000)
        seconds = self.load(page)
        for _ in range(2):
            if seconds > MAX_SECONDS / 2:
                seconds = min(seconds, self.load(page))
        if seconds > MAX_SECONDS:
            complain(f"{page.name}: takes {seconds:.1f} s to open")
        if page.size > MAX_SIZE:
            complain(f"{page.name}: {page.size} bytes")
        return seconds

    def load(self, page):
        self.driver.get(page.path.as_uri())
        if self.run("return document.documentElement.dataset.state") != "ready":
            complain(f"{page.name}: did not come to its end: {self.driver.get_log('browser')}")
        return self.run("return performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000

    def finish(self, page):
        """No word in the console, and nothing was asked of anybody."""
        for entry in self.driver.get_log("browser"):
            complain(f"{page.name}: console: {entry['message']}")
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                if not url.startswith(("file://", "data:", "about:")):
                    complain(f"{page.name}: asks for {url[:100]}")

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.textContent ?? null", selector)

    def rows(self, selector):
        """Of each row its name, its times in ns and its counts, in the order of its cells."""
        return self.run(
            """return [...document.querySelectorAll(arguments[0])].map((row) => ({
                 name: row.cells[0].textContent, key: Object.values(row.dataset)[0],
                 times: [...row.querySelectorAll(".time[data-ns]")].map((cell) => Number(cell.dataset.ns)),
                 counts: [...row.querySelectorAll(".count[data-count]")].map((cell) => Number(cell.dataset.count))}))""", selector)
