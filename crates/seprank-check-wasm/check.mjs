// The checker in node: node check.mjs MODULE.wasm FILE.. prints what `seprank-check --format json`
// prints of the same files.
import { readFileSync } from "node:fs";

const [module, ...files] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(module), {});
const { alloc, verdict, release, memory } = instance.exports;

function check(bytes) {
  const pointer = alloc(bytes.length);
  if (pointer === 0) throw new Error(`${bytes.length} bytes are too many`);
  new Uint8Array(memory.buffer, pointer, bytes.length).set(bytes);
  const answer = verdict(pointer, bytes.length);
  const length = new DataView(memory.buffer).getUint32(answer, true);
  const text = new TextDecoder().decode(new Uint8Array(memory.buffer, answer + 4, length));
  release(answer, 4 + length);
  return JSON.parse(text);
}

const reports = files.map((file) => ({ file, ...check(readFileSync(file)) }));
console.log(JSON.stringify(reports, null, 2));
