"""The order of a page's sections, and where the sentences of its story lead."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from browser import complain


def check(page, browser):
    order(page, browser)
    links(page, browser)


def order(page, browser):
    """Paths follow the summary where there are any; the navigation has the same order."""
    sections = browser.run("return [...document.querySelectorAll('main > section')].map((section) => section.id)")
    has_paths, has_incidents = bool(page.report["paths"]), bool(page.report["failover"])
    first = ["summary"] + ["paths"] * has_paths + ["failover"] * has_incidents + ["requests"]
    if sections[:len(first)] != first or len(set(sections)) != len(sections):
        complain(f"{page.name}: sections are {sections}")
    if browser.run("return [...document.querySelectorAll('#sections a')].map((link) => link.hash.slice(1))") != sections:
        complain(f"{page.name}: the navigation has another order than the page")


def expected(page):
    """Places that sentences lead to, each with what shows that one is there."""
    report = page.report
    requests = report["requests"]
    places = {f"incident-{incident['id']}": ".sentence" for incident in (report["failover"] or [])[:3]}
    if requests and requests["joined"]:
        places.update({f"path-{index + 1}": "th" for index, path in enumerate(report["paths"]) if (path["comparison"] or {}).get("isSlow")})
        places[f"request-{requests['slowest'][0]['id']}"] = "tr.sum"
    return places


def links(page, browser):
    places = browser.run("return [...document.querySelectorAll('.story a')].map((link) => link.hash.slice(1))")
    missing = set(expected(page)) - set(places)
    if missing:
        complain(f"{page.name}: no sentence leads to {missing}: {places}")
    for place in places:
        if not browser.run("return document.getElementById(arguments[0]) !== null", place):
            complain(f"{page.name}: a sentence leads to {place}, which is not there")
    for place, shown in expected(page).items():
        if place in missing:
            continue
        for way in ("click", "Enter"):
            follow(page, browser, place, shown, way)


def follow(page, browser, place, shown, way):
    browser.run("for (const details of document.querySelectorAll('details')) details.open = false; scrollTo(0, 0)")
    link = browser.find(f".story a[href='#{place}']")
    if way == "click":
        link.click()
    else:
        link.send_keys(Keys.ENTER)
    # What is unfolded is drawn a moment later.
    seen = browser.driver.execute_async_script("""const [place, shown, done] = arguments;
        setTimeout(() => {
          const target = document.getElementById(place);
          const { top } = target.getBoundingClientRect();
          const { bottom } = document.querySelector(".top").getBoundingClientRect();
          done([location.hash, target.open ?? true, target.querySelector(shown)?.checkVisibility() ?? false, top >= bottom && top < innerHeight]);
        }, 100)""", place, shown)
    if seen != [f"#{place}", True, True, True]:
        complain(f"{page.name}: {way} on the sentence of {place} leads to {seen}")
    # The keyboard goes on from there.
    if way == "Enter" and browser.run("return document.getElementById(arguments[0]).localName === 'details'", place):
        ActionChains(browser.driver).send_keys(Keys.TAB).perform()
        if not browser.run("return document.activeElement.parentElement.id === arguments[0]", place):
            complain(f"{page.name}: Tab goes on from elsewhere than {place}")
