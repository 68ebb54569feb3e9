"use strict";

/** Returns a new element with some properties and children. */
function made(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Returns what a cell is sorted by: its exact number where it has one, else its text; a dash comes last. */
function key(cell) {
  const text = cell.textContent.trim();
  if (cell.dataset.value) return Number(cell.dataset.value);
  const found = cell.matches(".number, .right") && text.match(/[-+]?\d[\d.]*/);
  return found ? Number(found[0]) : text;
}

function missing(value) {
  return typeof value === "string" && value.startsWith("–");
}

function compared(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

/** Sorts a table by a column; what is missing stays at the end. */
function sort(table, place, direction) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row, before) => ({ row, before, value: key(row.cells[place]) }));
  rows.sort((a, b) => {
    if (missing(a.value) !== missing(b.value)) return missing(a.value) ? 1 : -1;
    return direction * compared(a.value, b.value) || a.before - b.before;
  });
  body.append(...rows.map((entry) => entry.row));
}

function sortable(table) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, place) => {
    const button = made("button", { type: "button" }, ...heading.childNodes);
    button.addEventListener("click", () => {
      const up = heading.getAttribute("aria-sort") !== "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      sort(table, place, up ? 1 : -1);
    });
    heading.append(button);
  });
}

let filters = 0;

function filterable(table) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 6) return;
  filters += 1;
  const input = made("input", { type: "search", id: `filter-${filters}`, autocomplete: "off" });
  const told = made("output", {});
  const label = made("label", { htmlFor: input.id }, "Filter rows");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    rows.forEach((row) => {
      row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    });
    told.textContent = input.value ? `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows` : "";
  });
  table.parentElement.before(made("div", { className: "filter" }, label, input, told));
}

const about = made("div", { className: "about", id: "about", role: "tooltip", hidden: true });

function tell(number) {
  const file = decodeURIComponent(location.pathname.split("/").pop());
  const question = number.dataset.cell && `xp explain ${file} ${number.dataset.cell}`;
  const { runs } = number.closest("tr").dataset;
  about.textContent = [number.dataset.about, question, runs].filter(Boolean).join("\n");
  about.hidden = false;
  number.setAttribute("aria-describedby", about.id);
  const at = number.getBoundingClientRect();
  const size = about.getBoundingClientRect();
  const below = at.bottom + 8 + size.height < innerHeight;
  about.style.setProperty("left", `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`);
  about.style.setProperty("top", `${Math.max(8, below ? at.bottom + 8 : at.top - size.height - 8)}px`);
}

function hush() {
  about.hidden = true;
  document.querySelectorAll("[aria-describedby=about]").forEach((number) => number.removeAttribute("aria-describedby"));
}

/** Lets arrow keys go from number to number of a table: one of them is in the order of the Tab key. */
function walkable(table) {
  const numbers = [...table.querySelectorAll(".number")];
  if (numbers.length) numbers[0].tabIndex = 0;
  table.addEventListener("keydown", (event) => {
    const here = event.target.closest(".number");
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!here || !step) return;
    event.preventDefault();
    const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
    let line = rows.indexOf(here.parentElement) + step[0];
    let place = here.cellIndex + step[1];
    while (rows[line] && rows[line].cells[place]) {
      const next = rows[line].cells[place];
      if (next.matches(".number")) {
        here.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
        return;
      }
      line += step[0];
      place += step[1];
    }
  });
}

function themed() {
  const dark = () => getComputedStyle(document.documentElement).colorScheme === "dark"
    || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const button = made("button", { type: "button", id: "theme" });
  const name = () => { button.textContent = dark() ? "Light" : "Dark"; };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    name();
  });
  name();
  document.querySelector("nav").append(button);
}

document.querySelectorAll("table").forEach((table) => {
  const frame = made("div", { className: "table" });
  table.replaceWith(frame);
  frame.append(table);
  sortable(table);
  filterable(table);
  walkable(table);
});
document.body.append(about);
for (const [shows, hides] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
  document.addEventListener(shows, (event) => {
    const number = event.target.closest(".number");
    if (number) tell(number);
  });
  document.addEventListener(hides, hush);
}
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hush(); });
themed();
