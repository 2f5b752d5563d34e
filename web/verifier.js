// The worker with the checker, and how an account is shown.
"use strict";

const byId = (id) => document.getElementById(id);

// An element with attributes and children; texts are texts.
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Markup that the checker's package made, in which what a file can choose is escaped.
function markup(tag, html, attributes = {}) {
  const element = el(tag, attributes);
  element.innerHTML = html;
  return element;
}

// A worker with the checker in it; `answer` is called with what it says.
function startChecker(answer) {
  const source = URL.createObjectURL(new Blob([byId("worker").textContent], { type: "text/javascript" }));
  const worker = new Worker(source);
  URL.revokeObjectURL(source);
  let module = byId("module").textContent.trim();
  worker.onmessage = ({ data }) => answer(data);
  worker.onerror = (event) => answer({ kind: "broken", why: event.message });
  return {
    check(files, eliminate) {
      worker.postMessage({ module, files, eliminate });
      module = undefined;
    },
    stop: () => worker.terminate(),
  };
}

const WORDS = { valid: "Valid", incomplete: "Incomplete", invalid: "Invalid" };

function badge(verdict) {
  return el("span", { class: `badge ${verdict}` }, WORDS[verdict]);
}

function theorem(number) {
  const statement = byId("theorems")?.content.querySelector(`[data-number="${number}"]`);
  if (!statement) return el("span", {}, ` Its proof: docs/theory.md, ${number}.`);
  const details = el("details", {}, el("summary", {}, `What Theorem ${number} says`));
  details.append(statement.cloneNode(true));
  return details;
}

function picture(title, html) {
  return el("figure", {}, el("figcaption", {}, title), markup("div", html, { class: "scroll", tabindex: "0", role: "group", "aria-label": title }));
}

function showStatement(statement) {
  const section = el("section", { class: "statement" }, el("p", {}, statement.words), markup("div", statement.formula_html, { class: "formula" }));
  const list = el("ul");
  for (const ground of statement.grounds) {
    const item = el("li", {}, el("b", {}, `${ground.half} half: `), ground.words);
    if (ground.theorem) item.append(theorem(ground.theorem));
    list.append(item);
  }
  section.append(el("h4", {}, "What it names as evidence"), list);
  if (statement.network_html) section.append(picture("The network", statement.network_html));
  if (statement.layer_html) section.append(markup("div", `One layer: ${statement.layer_html}`, { class: "formula" }));
  if (statement.partition_html) section.append(picture("The tokens: side A, side B, and Y the output's token", statement.partition_html));
  return section;
}

// All there is to tell of one file.
function showAccount(account) {
  const body = el("div", { class: "account" }, el("p", { class: "said" }, account.text));
  if (account.finding) {
    const rows = ["step", "place", "expected", "got"].map((key) => el("tr", {}, el("th", { scope: "row" }, key), el("td", {}, account.finding[key])));
    body.append(el("table", { class: "finding" }, el("tbody", {}, ...rows)));
  }
  if (account.statements.length > 0) {
    const head = account.verdict === "valid" ? "What is shown" : "What is claimed, and not shown";
    body.append(el("h3", {}, head), ...account.statements.map(showStatement));
  }
  if (account.conclusion && account.verdict === "valid") body.append(el("p", {}, el("b", {}, "Together: "), account.conclusion));
  if (account.side_file) body.append(el("p", {}, "The matrix stands in ", el("code", {}, account.side_file.name), ", SHA-256 ", el("code", {}, account.side_file.sha256)));
  body.append(el("p", { class: "hash" }, `${account.bytes} bytes, SHA-256 `, el("code", {}, account.sha256)));
  return body;
}
