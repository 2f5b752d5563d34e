// Puts the page together: node assemble.mjs MODULE.wasm OUT.html, with the packages of package.json below
// $PACKAGES. The same inputs give the same bytes.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { theorems } from "./theorems.mjs";

const [module, out] = process.argv.slice(2);
const require = createRequire(`${process.env.PACKAGES}/`);
const here = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const manifest = here("../Cargo.toml");

const script = `${here("verifier.js")}${here("page.js").replace('"use strict";\n', "")}`;
const style = here("../crates/seprank-account/web/style.css");
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const zipped = gzipSync(readFileSync(module), { level: 9 });
// The byte that names the system which zipped it.
zipped[9] = 255;

const parts = {
  // Nothing may be fetched, and no script runs but this one; MathML of KaTeX has its sizes in attributes.
  policy: `default-src 'none'; script-src ${hash(script)} 'wasm-unsafe-eval'; worker-src blob:; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`,
  version: /^version = "(.*)"$/m.exec(manifest)[1],
  theorems: theorems(require),
  module: zipped.toString("base64"),
  worker: here("worker.js"),
  script,
  style,
};
const page = here("check.html").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
writeFileSync(out, page);
const size = Buffer.byteLength(page);
console.log(`${out}: ${size} bytes, SHA-256 ${createHash("sha256").update(page).digest("hex")}`);
