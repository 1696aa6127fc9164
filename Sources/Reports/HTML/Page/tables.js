// Tables. A column says whether it has times, counts or texts: its cells are set accordingly, and its heading tells.

/**
 * A table that is sorted by a click on a heading.
 *
 * @param columns each with a title, a kind (time, count, text, chart), the value of a row that it is sorted by, and optionally what its cell
 *   shows and a note.
 * @param options.limit rows that are shown at first.
 * @param options.rest a last row for what is not in the page: a cell for each column.
 */
function table(columns, rows, { caption, limit = 30, rest = null, rowProperties = () => ({}) } = {}) {
  let order = null;
  let isWhole = rows.length <= limit + 2;
  const body = html("tbody");
  const cell = (column, row) => {
    const shown = column.cell ? column.cell(row) : column.kind === "time" ? time(column.value(row))
      : column.kind === "count" ? number(column.value(row)) : isolated(String(column.value(row) ?? "–"));
    return html(column.isHead ? "th" : "td", { class: column.kind, scope: column.isHead ? "row" : null }, shown);
  };
  const more = html("button", { type: "button", class: "more", onclick: () => { isWhole = true; draw(); } });
  const draw = () => {
    const sorted = order ? [...rows].sort((a, b) => compare(order.column.value(a), order.column.value(b)) * order.direction) : rows;
    const shown = isWhole ? sorted : sorted.slice(0, limit);
    body.replaceChildren(...shown.map((row) => html("tr", rowProperties(row), columns.map((column) => cell(column, row)))));
    if (rest && isWhole) body.append(html("tr", { class: "rest" }, columns.map((column, index) => html("td", { class: column.kind }, rest[index] ?? ""))));
    more.hidden = isWhole;
    more.textContent = `show all ${count(rows.length)}`;
  };
  const head = columns.map((column) => {
    const button = html("button", { type: "button", title: column.note ?? "sort" }, column.title);
    const heading = html("th", { scope: "col", class: column.kind }, column.value && column.kind !== "chart" ? button : column.title);
    button.addEventListener("click", () => {
      const first = column.kind === "text" ? 1 : -1;
      order = { column, direction: order?.column === column ? -order.direction : first };
      for (const other of head) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", order.direction > 0 ? "ascending" : "descending");
      draw();
    });
    return heading;
  });
  draw();
  return html("div", { class: "scroller", tabindex: "0", role: "group", "aria-label": caption },
    html("table", {}, html("caption", {}, caption), html("thead", {}, html("tr", {}, head)), body), more);
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return a < b ? -1 : 1;
}

/** Names and what they stand for. */
function facts(pairs) {
  return html("dl", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value instanceof Node ? value : isolated(String(value))))));
}

/** A section of the page; what its times are stands beside its title. */
function section(id, title, what, ...children) {
  return html("section", { id, "aria-labelledby": `${id}-title`, data: { title } },
    html("h2", { id: `${id}-title` }, title, what && html("small", { class: `what ${what.replace(/ .*/, "")}` }, what)), ...children);
}

const requestTime = "request latency";
const functionTime = "function time";
