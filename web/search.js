"use strict";
// A field above the pages of the book, and below it the sections that have every word.

const MOST = 20;
let index;

function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const input = el("input", { type: "search", autocomplete: "off" });
const status = el("p", { role: "status" });
const list = el("ol", {});

function search() {
  // Unpacked when it is asked for the first time.
  index ??= MiniSearch.loadJSON(INDEX, OPTIONS);
  const words = input.value.trim();
  const found = words === "" ? [] : index.search(words);
  status.textContent = words === "" ? "" : `${found.length} sections` + (found.length > MOST ? `, the first ${MOST}` : "");
  const item = ({ id, page, title }) => el("li", {}, el("a", { href: id }, title), ` (${page})`);
  list.replaceChildren(...found.slice(0, MOST).map(item));
}

input.addEventListener("input", search);
const form = el("form", { role: "search" }, el("label", {}, "Search the book: ", input));
form.addEventListener("submit", (event) => event.preventDefault());
document.querySelector("nav").before(form, status, list);
