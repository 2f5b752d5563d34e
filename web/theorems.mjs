// The theorems of docs/theory.md, their statements rendered: formulas as MathML, which needs no font.
import { readFileSync } from "node:fs";

export function renderer(require) {
  const { Marked } = require("marked");
  const katex = require("marked-katex-extension");
  const options = { output: "mathml", throwOnError: true, nonStandard: true };
  return new Marked((katex.default ?? katex)(options));
}

export function theorems(require) {
  const theory = readFileSync(new URL("../docs/theory.md", import.meta.url), "utf8");
  const render = renderer(require);
  const statements = [];
  // A statement ends where its proof begins, or whatever comes next.
  for (const piece of theory.split(/^(?=\*\*(?:Theorem|Lemma|Corollary|Proposition|Conjecture)|\*Proof|#)/m)) {
    const number = /^\*\*Theorem ([\d.]*\d'?)/.exec(piece)?.[1];
    if (!number) continue;
    const html = render.parse(piece).replace(/<annotation[^]*?<\/annotation>/g, "");
    statements.push(`<div data-number="${number}" class="theorem">${html}</div>`);
  }
  return statements.join("\n");
}
