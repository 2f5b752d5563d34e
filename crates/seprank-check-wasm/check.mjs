// The checker in node: node check.mjs MODULE.wasm FILE.. prints what `seprank-check --format json`
// prints of the same files, or after --text what `seprank-check` prints.
import { readFileSync } from "node:fs";

const text = process.argv[2] === "--text";
const [module, ...files] = process.argv.slice(text ? 3 : 2);
const { instance } = await WebAssembly.instantiate(readFileSync(module), {});
const { alloc, account, release, memory } = instance.exports;

function check(bytes) {
  const pointer = alloc(bytes.length);
  if (pointer === 0) throw new Error(`${bytes.length} bytes are too many`);
  new Uint8Array(memory.buffer, pointer, bytes.length).set(bytes);
  const answer = account(pointer, bytes.length, 0, 0, 0);
  const length = new DataView(memory.buffer).getUint32(answer, true);
  const said = new TextDecoder().decode(new Uint8Array(memory.buffer, answer + 4, length));
  release(answer, 4 + length);
  return JSON.parse(said);
}

const accounts = files.map((file) => ({ file, ...check(readFileSync(file)) }));
if (text) {
  for (const { file, text } of accounts) console.log(`${file}: ${text}`);
  const count = (name) => accounts.filter(({ verdict }) => verdict === name).length;
  const counts = ["valid", "incomplete", "invalid"].map((name) => `${count(name)} ${name}`);
  if (files.length !== 1) console.log(`${files.length} files: ${counts.join(", ")}`);
} else {
  const reports = accounts.map(({ file, verdict, by, claim, finding }) => ({ file, verdict, by, claim, finding }));
  console.log(JSON.stringify(reports, null, 2));
}
