// Sorts and filters the tables, opens the certificate that a link names, and hands certificates to the page of the checker.
"use strict";

const byId = (id) => document.getElementById(id);

function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const order = new Intl.Collator("en", { numeric: true });
const value = (cell) => cell.dataset.value ?? cell.textContent;

// Numbers by size, others as text with the numbers in it by size.
function compare(a, b) {
  const difference = Number(a) - Number(b);
  return a.trim() !== "" && b.trim() !== "" && !Number.isNaN(difference) ? difference : order.compare(a, b);
}

function sortBy(table, heading) {
  const ascending = heading.getAttribute("aria-sort") !== "ascending";
  for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const rows = Array.from(table.tBodies[0].rows);
  const of = (row) => value(row.cells[heading.cellIndex]);
  rows.sort((a, b) => (ascending ? 1 : -1) * compare(of(a), of(b)));
  table.tBodies[0].append(...rows);
}

function filterBy(table, text, count) {
  const words = text.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const row of table.tBodies[0].rows) {
    const content = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => content.includes(word));
    if (!row.hidden) shown++;
  }
  count.textContent = `${shown} of ${table.tBodies[0].rows.length} rows`;
}

for (const table of document.querySelectorAll("table.sortable")) {
  for (const heading of table.tHead.rows[0].cells) {
    const button = el("button", { type: "button" }, ...heading.childNodes);
    button.addEventListener("click", () => sortBy(table, heading));
    heading.append(button);
  }
  const input = el("input", { type: "search", autocomplete: "off" });
  const count = el("span", { role: "status" });
  input.addEventListener("input", () => filterBy(table, input.value, count));
  const label = el("label", {}, `Filter "${table.caption.textContent}": `, input);
  table.parentNode.before(el("div", { class: "filter" }, label, count));
}

// A link to a certificate unfolds it.
function unfold() {
  const target = byId(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}
addEventListener("hashchange", unfold);
unfold();

// The page of the checker says when it is ready, and takes the certificates, each a zip of one file.
let waiting = null;

function hand(scripts) {
  const files = scripts.map((script) => ({
    name: `${script.id.replace(/^packed-/, "")}.zip`,
    bytes: Uint8Array.from(atob(script.textContent), (character) => character.charCodeAt(0)),
  }));
  const page = window.open("check.html", "seprank-check");
  waiting = page && { page, files };
  byId("status").textContent = page ? `${files.length} handed to check.html` : "This browser does not open check.html; open it and give it the files.";
}

addEventListener("message", ({ source, data }) => {
  if (waiting === null || source !== waiting.page || data !== "certificates-ready") return;
  // Pages of files have no origin to name; what is sent is in the file beside this one.
  waiting.page.postMessage({ certificates: waiting.files }, "*");
  waiting = null;
});

const all = document.querySelectorAll('script[id^="packed-"]');
for (const button of document.querySelectorAll(".verify")) {
  button.hidden = false;
  button.addEventListener("click", () => hand([byId(`packed-${button.dataset.name}`)]));
}
const everything = byId("verify-all");
if (everything) {
  everything.hidden = all.length === 0;
  everything.addEventListener("click", () => hand(Array.from(all)));
}
