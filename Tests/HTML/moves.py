"""What one can do on a page: zoom, search, fold, go by the keyboard, change the theme, print, look at it on a narrow screen."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from browser import complain
from figures import weights


def check(page, browser):
    if browser.all("canvas.icicle"):
        zoom(page, browser)
        keyboard(page, browser)
        search(page, browser)
        fold(page, browser)
        other_trees(page, browser)
    theme(page, browser)
    helps(page, browser)
    narrow(page, browser)
    prints(page, browser)


def expect(page, what, is_so):
    if not is_so:
        complain(f"{page.name}: {what}")


def crumbs(browser):
    return [crumb.text for crumb in browser.all(".crumbs button")]


def click(browser, selector, x, y):
    canvas = browser.find(selector)
    browser.run("arguments[0].scrollIntoView({block: 'start', behavior: 'instant'}); window.scrollBy({top: -80, behavior: 'instant'})", canvas)
    middle = canvas.size["width"] / 2, canvas.size["height"] / 2
    ActionChains(browser.driver).move_to_element_with_offset(canvas, int(x - middle[0]), int(y - middle[1])).click().perform()


def zoom(page, browser):
    expect(page, "the chart begins with the whole", len(crumbs(browser)) == 1)
    click(browser, "canvas.icicle", 4, 21 + 10)
    expect(page, f"a click zooms: {crumbs(browser)}", len(crumbs(browser)) == 2)
    overview = browser.find("canvas.overview")
    expect(page, "the overview is there when zoomed", overview.is_displayed() and overview.size["height"] >= 4)
    click(browser, "canvas.overview", 4, 1)
    expect(page, "a click on the overview leads to the whole", len(crumbs(browser)) == 1)
    click(browser, "canvas.icicle", 4, 21 + 10)
    browser.run("document.querySelector('.crumbs button').click()")
    expect(page, "a crumb leads back", len(crumbs(browser)) == 1)


def press(browser, *keys):
    ActionChains(browser.driver).send_keys(*keys).perform()


def keyboard(page, browser):
    browser.run("document.querySelector('canvas.icicle').focus()")
    press(browser, Keys.ARROW_DOWN)
    first = browser.text("#spoken")
    expect(page, f"moving is said: {first}", "total time" in first)
    press(browser, Keys.ENTER)
    expect(page, "Enter zooms", len(crumbs(browser)) == 2)
    expect(page, "what is zoomed to is what was said", first.startswith(browser.run("return document.querySelector('.crumbs button:last-child').title")))
    press(browser, Keys.ESCAPE)
    expect(page, "Escape goes back", len(crumbs(browser)) == 1)
    press(browser, Keys.HOME, Keys.ARROW_DOWN, Keys.ENTER, Keys.BACKSPACE)
    expect(page, "Backspace goes back", len(crumbs(browser)) == 1)
    press(browser, "/")
    expect(page, "/ leads to the search", browser.run("return document.activeElement.id") == "search")
    press(browser, Keys.ESCAPE)
    expect(page, "Escape leaves it", browser.run("return document.activeElement.className") == "icicle")
    outline = browser.run("const row = document.querySelector('.listing [tabindex=\"0\"]'); row.focus({focusVisible: true}); return getComputedStyle(row).outlineStyle")
    expect(page, "what has the focus is seen", outline != "none")


def first_tree(page):
    """What the chart begins with: all trees merged, or, if none is whole, a single one."""
    merged = page.data["merged"]["tree"]
    return merged if merged["parent"] else (page.data["trees"][0]["typical"] or page.data["trees"][0]["slowest"][0])["tree"]


def search(page, browser):
    """The share of the hits, whose callers' hits have their time already."""
    lists, functions = first_tree(page), page.data["functions"]["names"]
    word = functions[lists["name"][0]].split(" ")[0][:6].lower()
    whole = weights(lists)
    hits = [lists["name"][index] >= 0 and word in functions[lists["name"][index]].lower() for index in range(len(whole))]
    inside, ns = [False] * len(whole), 0
    for index, parent in enumerate(lists["parent"]):
        inside[index] = parent >= 0 and (hits[parent] or inside[parent])
        ns += whole[index] if hits[index] and not inside[index] else 0
    all_ns = sum(lists["self"])
    field = browser.find("#search")
    field.send_keys(word)
    found = browser.text(".found")
    share = f"{ns * 100 / all_ns:.1f} %" if all_ns else "–"
    expect(page, f"the search for {word} finds {found}, and not {sum(hits)} with {share}",
           found.startswith(f"{sum(hits):,} node") and share in found and f"{sum(lists['calls'][i] for i in range(len(hits)) if hits[i]):,} call" in found)
    expect(page, "hits are marked in the table", browser.run("return document.querySelectorAll('.listing tr.hit').length") > 0)
    field.send_keys(Keys.ESCAPE)
    expect(page, "an empty search finds nothing", browser.text(".found") == "" and not browser.all(".listing tr.hit"))


def fold(page, browser):
    rows = "return document.querySelectorAll('.listing tbody tr').length"
    before = browser.run(rows)
    browser.run("document.querySelector('.listing [tabindex=\"0\"]').focus()")
    press(browser, Keys.HOME, Keys.ARROW_LEFT)
    expect(page, "Left folds", browser.run(rows) == 1 < before)
    press(browser, Keys.ARROW_RIGHT)
    after = browser.run(rows)
    expect(page, "Right unfolds", after > 1)
    if page.report["source"]["kind"] != "text":
        unfolded(page, browser)
    press(browser, Keys.ARROW_DOWN, Keys.ENTER)
    expect(page, "Enter on a row zooms the chart", len(crumbs(browser)) == 2)
    browser.run("document.querySelector('.crumbs button').click()")


def unfolded(page, browser):
    """Whatever is unfolded, a row's time is its own and that of the rows below it, and its calls are there."""
    browser.run("""for (let round = 0; round < 12; round += 1)
        for (const row of [...document.querySelectorAll('.listing tr[aria-expanded="false"]')].slice(0, 60)) row.click()""")
    wrong = browser.run("""
        const rows = [...document.querySelectorAll('.listing tbody tr')].map((row) => ({ row, level: Number(row.ariaLevel), sum: 0,
          total: Number(row.cells[1].querySelector('[data-ns]').dataset.ns), self: Number(row.cells[3].querySelector('[data-ns]').dataset.ns) }));
        const open = [];
        for (const one of rows) {
          while (open.length > 0 && open.at(-1).level >= one.level) open.pop();
          if (open.length > 0) open.at(-1).sum += one.total;
          open.push(one);
        }
        return rows.filter((one) => one.row.ariaExpanded === 'true' && one.sum + one.self !== one.total)
          .map((one) => `${one.row.cells[0].textContent}: ${one.sum} + ${one.self} of ${one.total}`)""")
    expect(page, f"rows add up: {wrong[:2]}", not wrong)
    browser.run("document.querySelector('.listing tbody tr').focus()")


def other_trees(page, browser):
    options = browser.run("return document.querySelectorAll('#tree option').length")
    merged = int(len(page.data["merged"]["tree"]["parent"]) > 0)
    expect(page, "single trees can be chosen", options == merged + sum(len(root["slowest"]) + (root["typical"] is not None) for root in page.data["trees"]))
    if options > merged:
        browser.run("const picker = document.getElementById('tree'); picker.value = arguments[0]; picker.dispatchEvent(new Event('change'))", str(merged))
        ns = browser.run("return Number(document.querySelector('.details [data-ns]').dataset.ns)")
        expect(page, "the typical tree is shown", ns == page.data["trees"][0]["typical"]["ns"])
        browser.run("const picker = document.getElementById('tree'); picker.value = '0'; picker.dispatchEvent(new Event('change'))")


def theme(page, browser):
    ground = "return getComputedStyle(document.body).backgroundColor"
    button = browser.find("#theme")
    button.click()
    light = browser.run(ground)
    button.click()
    dark = browser.run(ground)
    button.click()
    expect(page, f"themes differ: {light}, {dark}", light != dark and browser.run(ground) in (light, dark))


def helps(page, browser):
    browser.run("document.activeElement.blur()")
    press(browser, "?")
    expect(page, "? opens the help", browser.run("return document.getElementById('help').open"))
    press(browser, Keys.ESCAPE)
    expect(page, "Escape closes it", not browser.run("return document.getElementById('help').open"))


def narrow(page, browser):
    browser.driver.set_window_size(500, 900)
    wide = browser.run("return [document.documentElement.scrollWidth, innerWidth]")
    expect(page, f"nothing sticks out on a narrow screen: {wide}", wide[0] <= wide[1])
    browser.driver.set_window_size(1300, 1000)


def prints(page, browser):
    printed = browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})
    expect(page, "it prints", len(printed["data"]) > 20_000)
    expect(page, "what was unfolded for paper is folded again", "print" not in browser.run("return {...document.documentElement.dataset}"))
