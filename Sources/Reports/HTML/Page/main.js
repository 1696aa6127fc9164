// The page: its sections in their order, what the keys do, the theme.

const data = JSON.parse(document.getElementById("data").textContent);

function build() {
  const explorer = new Explorer();
  // Which path is slow, and what happened, comes first; that there is nothing to tell of it, late.
  const hasPaths = data.report.paths?.length > 0;
  const hasIncidents = data.report.failover?.length > 0;
  const main = document.getElementById("main");
  main.append(...[hasPaths && pathsView(), hasIncidents && failoverView(), requestsView(), waterfallsView(), rootsView(), explorer.view(),
    !hasPaths && pathsView(), !hasIncidents && failoverView(), doubtView(), recordingView()].filter(Boolean));
  // Last, since its links lead to what is there by now.
  main.prepend(summaryView());
  const sections = [...main.children];
  document.getElementById("sections").append(...sections.map((part) => html("a", { href: `#${part.id}` }, part.dataset.title)));
  explorer.start?.();
  helpDialog();
  keys(explorer);
  themes();
  printing();
  links();
  document.documentElement.dataset.state = "ready";
}

function keys(explorer) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.getElementById("help").open) return;
    if (event.target.closest("input, select, textarea")) return;
    if (event.key === "/" && explorer.choices.length > 0) {
      event.preventDefault();
      explorer.field.focus();
      explorer.field.select();
    } else if (event.key === "?") {
      document.getElementById("help").showModal();
    }
  });
}

/** Where a link within the page leads is unfolded before the browser goes there. */
function links() {
  const unfold = (hash) => {
    const target = document.getElementById(hash.slice(1));
    for (let at = target; at; at = at.parentElement) if (at.localName === "details") at.open = true;
    return target;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link) unfold(link.hash);
  });
  // It was not there when the browser looked.
  if (location.hash.length > 1) unfold(location.hash)?.scrollIntoView();
}

function helpDialog() {
  const keys = [["/", "search functions"], ["?", "this help"], ["Tab", "to the next chart, table or button"],
    ["arrow keys", "in the chart: to the caller, the calls, the neighbours; in the table: up and down, unfold and fold"],
    ["Enter", "zoom to what has the focus"], ["Esc, Backspace", "in the chart: back to the caller"], ["Home", "in the chart: the whole; in the table: the first row"],
    ["Space", "in the table: fold and unfold"]];
  const words = [["function time", "inside functions, from entry to exit, with the tracer's own cost in it"],
    ["request latency", "of an I/O from its first bio to its end, over all tasks; no function time"],
    ["self time", "of a function or layer itself, without what it called"], ["total time", "with all that it called"],
    ["calls (count)", "how often; never a time"], ["p50, p99", "as long or longer than 50 or 99 of a hundred, within 1 %"],
    ["N smaller: X", "what is too small to be drawn by itself, together; it opens, and nothing is left out of sums"]];
  const list = (rows) => html("dl", {}, rows.map(([key, meaning]) => [html("dt", {}, key), html("dd", {}, meaning)]));
  const dialog = document.getElementById("help");
  dialog.append(html("h2", { id: "help-title" }, "Keys and words"), html("h3", {}, "Keys"), list(keys), html("h3", {}, "Words"), list(words),
    html("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, "close"));
  document.getElementById("help-button").addEventListener("click", () => dialog.showModal());
}

function themes() {
  const order = ["system", "light", "dark"];
  const button = document.getElementById("theme");
  let current = 0;
  button.addEventListener("click", () => {
    current = (current + 1) % order.length;
    document.documentElement.dataset.theme = order[current];
    button.textContent = `theme: ${order[current]}`;
    themeChanged();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", themeChanged);
}

/** Paper is white, and cannot be unfolded. */
function printing() {
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open]):not(.request)")];
    for (const details of folded) details.open = true;
    document.documentElement.dataset.print = "";
    themeChanged();
  });
  addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
    delete document.documentElement.dataset.print;
    themeChanged();
  });
}

build();
