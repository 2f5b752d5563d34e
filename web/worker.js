// The worker of the page: reads files and zips of them, and hands each certificate to the
// checker, which is the WebAssembly module. It takes {module} once and then {files, eliminate}; it answers
// with {kind: "total" | "judging" | "result" | "failed" | "done"}.
"use strict";

const SIDE_FILE = /\.(npy|sms|mtx|csv)$/i;

let compiled, checker;

async function collect(stream, limit = Infinity) {
  const parts = [];
  let length = 0;
  for (const reader = stream.getReader(); length < limit; ) {
    const { value, done } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
  return whole.subarray(0, Math.min(length, limit));
}

const inflated = (blob, format) => blob.stream().pipeThrough(new DecompressionStream(format));

async function start(module) {
  const zipped = Uint8Array.from(atob(module), (character) => character.charCodeAt(0));
  compiled = await WebAssembly.compile(await collect(inflated(new Blob([zipped]), "gzip")));
  await renew();
}

async function renew() {
  checker = (await WebAssembly.instantiate(compiled, {})).exports;
}

// Bytes in the memory of the module.
function put(bytes) {
  const pointer = checker.alloc(bytes.length) >>> 0;
  if (pointer === 0) throw new Error(`${bytes.length} bytes are too many`);
  new Uint8Array(checker.memory.buffer, pointer, bytes.length).set(bytes);
  return pointer;
}

function take(answer) {
  answer >>>= 0;
  const length = new DataView(checker.memory.buffer).getUint32(answer, true);
  const text = new TextDecoder().decode(new Uint8Array(checker.memory.buffer, answer + 4, length));
  checker.release(answer, 4 + length);
  return text;
}

function digest(bytes) {
  const pointer = put(bytes);
  const text = take(checker.digest(pointer, bytes.length));
  checker.release(pointer, bytes.length);
  return text;
}

function ask(bytes, matrix, eliminate) {
  const beside = matrix ? [put(matrix), matrix.length] : [0, 0];
  return JSON.parse(take(checker.account(put(bytes), bytes.length, ...beside, eliminate ? 1 : 0)));
}

// What a zip holds: names, and how to read each. Entries are stored or deflated; others are refused.
async function entries(file) {
  const view = async (from, to) => new DataView(await file.slice(from, to).arrayBuffer());
  const tail = await view(Math.max(0, file.size - 65557), file.size);
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Error("not a zip file, or not a whole one");
  const [count, size, offset] = [tail.getUint16(end + 10, true), tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)];
  if (count === 0xffff || offset === 0xffffffff) throw new Error("a zip64 archive, which is not read here");
  const directory = await view(offset, offset + size);
  const found = [];
  for (let at = 0, i = 0; i < count; i++) {
    if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== 0x02014b50) throw new Error("a broken zip file");
    const [flags, method] = [directory.getUint16(at + 8, true), directory.getUint16(at + 10, true)];
    const [packed, local] = [directory.getUint32(at + 20, true), directory.getUint32(at + 42, true)];
    const [name, extra, comment] = [28, 30, 32].map((field) => directory.getUint16(at + field, true));
    if (at + 46 + name > directory.byteLength) throw new Error("a broken zip file");
    const text = new TextDecoder().decode(new Uint8Array(directory.buffer, at + 46, name));
    at += 46 + name + extra + comment;
    const read = async (limit) => {
      if (flags & 1) throw new Error("encrypted, which is not read here");
      const header = await view(local, local + 30);
      if (header.byteLength < 30 || header.getUint32(0, true) !== 0x04034b50) throw new Error("a broken zip file");
      const data = local + 30 + header.getUint16(26, true) + header.getUint16(28, true);
      const blob = file.slice(data, data + packed);
      if (method === 0) return collect(blob.stream(), limit);
      if (method === 8) return collect(inflated(blob, "deflate-raw"), limit);
      throw new Error(`packed by method ${method}, which is not read here`);
    };
    found.push({ name: text, read });
  }
  return found;
}

// The certificates and the side files among what was given, by name.
async function sort(files) {
  const certificates = [], beside = [];
  const put = (item) => (SIDE_FILE.test(item.name) ? beside : certificates).push(item);
  for (const { name, file } of files) {
    if (!/\.zip$/i.test(name)) {
      put({ name, read: async (limit) => new Uint8Array(await file.slice(0, limit).arrayBuffer()) });
      continue;
    }
    try {
      // The records of `certify --out` are no certificates.
      const inside = (await entries(file)).filter((entry) => !/(^|\/)finished\//.test(entry.name));
      inside.filter((entry) => /\.json$/i.test(entry.name) || SIDE_FILE.test(entry.name)).forEach(put);
    } catch (error) {
      certificates.push({ name, read: () => Promise.reject(error) });
    }
  }
  certificates.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { certificates, beside };
}

// The file that a certificate names: by its SHA-256, else by its name, so that the verdict tells the difference.
async function matrixFor({ name, sha256 }, beside) {
  for (const item of beside) {
    item.sha256 ??= digest(await item.read(checker.matrix_bytes() >>> 0));
    if (item.sha256 === sha256) return item.read(checker.matrix_bytes() >>> 0);
  }
  const plain = (path) => path.split("/").pop();
  const named = beside.find((item) => plain(item.name) === plain(name));
  return named && named.read(checker.matrix_bytes() >>> 0);
}

async function judge({ name, read }, beside, eliminate) {
  const began = performance.now();
  try {
    const bytes = await read(checker.certificate_bytes() >>> 0);
    let account = ask(bytes, null, eliminate);
    if (account.side_file && account.finding?.step === "missing-matrix") {
      const matrix = await matrixFor(account.side_file, beside);
      if (matrix) account = ask(bytes, matrix, eliminate);
    }
    postMessage({ kind: "result", name, account, milliseconds: performance.now() - began });
  } catch (error) {
    const trapped = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
    if (trapped) await renew();
    const why = trapped ? "this page has not the memory for it; seprank-check may" : error.message;
    postMessage({ kind: "failed", name, why });
  }
}

onmessage = async ({ data }) => {
  if (data.module) await start(data.module);
  const { certificates, beside } = await sort(data.files);
  postMessage({ kind: "total", count: certificates.length });
  for (const certificate of certificates) {
    postMessage({ kind: "judging", name: certificate.name });
    await judge(certificate, beside, data.eliminate);
  }
  postMessage({ kind: "done" });
};
