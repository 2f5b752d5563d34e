// The book: node book.mjs OUT renders the pages that docs/SUMMARY.md names into OUT, formulas as MathML, one file a page,
// with a search that asks no server. Fails where a formula is wrong, a link of a page leads nowhere, or a page of docs/
// is not in the summary.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { searchScript } from "./search.mjs";
import { renderer } from "./theorems.mjs";

const out = resolve(process.argv[2]);
const root = fileURLToPath(new URL("..", import.meta.url));
const docs = join(root, "docs");
const require = createRequire(`${process.env.PACKAGES}/`);
const render = renderer(require);
const style = readFileSync(new URL("../crates/seprank-account/web/style.css", import.meta.url), "utf8");

// The pages in order, by the path of their source; headings of the summary are parts.
const parts = [];
for (const line of readFileSync(join(docs, "SUMMARY.md"), "utf8").split("\n")) {
  const link = /\[(.+)\]\((.+)\)/.exec(line);
  if (link) parts.push({ title: link[1], path: join(docs, link[2]) });
  else if (line.startsWith("# ") && line !== "# Summary") parts.push({ part: line.slice(2) });
}
const pages = parts.filter((entry) => entry.path);

// `../README.md` is the first page, index.html; `tutorials/claim.md` is tutorials-claim.html.
const file = (path) => (path === join(root, "README.md") ? "index" : relative(path.startsWith(docs) ? docs : root, path).replace(/\.md$/, "").replaceAll("/", "-")) + ".html";
const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

// The anchor of a heading, as GitHub makes it.
const anchor = (html) =>
  html.replace(/<annotation[^]*?<\/annotation>/g, "").replace(/<[^>]*>/g, "").replace(/&[a-z#0-9]+;/g, "").trim().toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");

const faults = [];
for (const page of pages) {
  try {
    page.html = render.parse(readFileSync(page.path, "utf8")).replace(/<annotation[^]*?<\/annotation>/g, "");
  } catch (error) {
    faults.push(`${page.path}: ${error.message}`);
    page.html = "";
  }
  page.anchors = new Set();
  page.html = page.html.replace(/<h(\d)>([^]*?)<\/h\1>/g, (_, level, text) => {
    let id = anchor(text);
    for (let n = 1; page.anchors.has(id); n++) id = `${anchor(text)}-${n}`;
    page.anchors.add(id);
    return `<h${level} id="${escape(id)}">${text}</h${level}>`;
  });
}

// A link to a page of the book leads to its file here; one to another file only has to be there.
let links = 0;
function linked(page, target) {
  if (/^[a-z]+:/.test(target)) return target;
  links++;
  const [path, place] = target.split("#");
  const absolute = path === "" ? page.path : resolve(dirname(page.path), path);
  const to = pages.find((other) => other.path === absolute);
  if (!to && !existsSync(absolute)) faults.push(`${relative(root, page.path)}: ${target} is not there`);
  if (to && place && !to.anchors.has(decodeURIComponent(place))) faults.push(`${relative(root, page.path)}: ${target}: no such heading`);
  return to ? file(to.path) + (place ? `#${place}` : "") : relative(out, absolute);
}

mkdirSync(out, { recursive: true });
for (const page of pages) {
  // A wide table scrolls by itself.
  const tables = page.html.replaceAll("<table>", '<div class="scroll" tabindex="0"><table>').replaceAll("</table>", "</table></div>");
  const html = tables.replace(/(<a href=")([^"]*)"/g, (_, begin, target) => `${begin}${linked(page, target)}"`);
  const item = ({ part, title, path }) => (part ? `<li class="part">${escape(part)}</li>` : `<li><a href="${file(path)}"${path === page.path ? ' aria-current="page"' : ""}>${escape(title)}</a></li>`);
  const nav = `<nav aria-label="Pages"><details${page === pages[0] ? " open" : ""}><summary>Pages</summary><ul>${parts.map(item).join("")}</ul></details></nav>`;
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(page.title)}</title><style>${style}</style><script defer src="search.js"></script>`;
  writeFileSync(join(out, file(page.path)), `<!doctype html>\n<html lang="en"><head>${head}</head><body>${nav}<main>${html}</main></body></html>\n`);
}

writeFileSync(join(out, "search.js"), searchScript(require, pages.map(({ title, path, html }) => ({ title, file: file(path), html }))));

const listed = new Set(pages.map((page) => page.path));
for (const name of readdirSync(docs, { recursive: true })) {
  if (name.endsWith(".md") && basename(name) !== "SUMMARY.md" && !listed.has(join(docs, name))) faults.push(`docs/${name} is not in SUMMARY.md`);
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`${pages.length} pages, ${links} links: all formulas are right and all links lead somewhere`);
