// The search of the book: an index of its sections, made here, and the script that asks it, in one file without a server.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const plain = (html) =>
  html.replace(/<[^>]*>/g, " ").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&").replace(/\s+/g, " ").trim();

// The sections of a page {title, file, html}, each from a heading to the next.
function sections({ title, file, html }) {
  const pieces = html.split(/(?=<h\d id=")/).map((piece) => {
    const heading = /^<h\d id="([^"]*)">([^]*?)<\/h\d>/.exec(piece);
    const text = plain(heading ? piece.slice(heading[0].length) : piece);
    return { page: title, title: heading ? plain(heading[2]) : title, to: heading ? `${file}#${heading[1]}` : file, text };
  });
  return pieces.filter(({ text }) => text !== "");
}

// What the index and those who ask it must agree on.
export const options = { idField: "to", fields: ["title", "text"], storeFields: ["page", "title"], searchOptions: { boost: { title: 3 }, prefix: true, combineWith: "AND" } };

export function searchScript(require, pages) {
  const MiniSearch = require("minisearch");
  const index = new MiniSearch(options);
  index.addAll(pages.flatMap(sections));
  const library = readFileSync(join(dirname(require.resolve("minisearch")), "../umd/index.js"), "utf8").replace(/^\/\/# sourceMappingURL.*$/m, "");
  const client = readFileSync(new URL("search.js", import.meta.url), "utf8");
  const data = `const OPTIONS = ${JSON.stringify(options)};\nconst INDEX = ${JSON.stringify(JSON.stringify(index))};\n`;
  return `${library}\n(() => {\n${data}${client}})();\n`;
}
