// The page in a real browser, from file:// with the network off: node test.mjs PAGE SEPRANK_CHECK FOLDER..
// What it says of the certificates in each folder is compared with what the native checker prints. Screenshots
// go beside the page.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { accessible, done, open, photograph, refusal } from "./browser.mjs";

const [page, checker, ...folders] = process.argv.slice(2).map((path) => resolve(path));
const scratch = mkdtempSync(join(tmpdir(), "seprank-page-"));
const { browser, tab, trouble } = await open(page);

// What the native checker prints, and how long it takes.
function native(folder, files, options = []) {
  const began = performance.now();
  let out;
  try {
    out = execFileSync(checker, [...options, ...files], { cwd: folder, encoding: "utf8" });
  } catch (error) {
    assert([1, 2].includes(error.status), `${error}`);
    out = error.stdout;
  }
  return { text: out.trimEnd(), seconds: (performance.now() - began) / 1000 };
}

const transcript = () => tab.evaluate(() => document.getElementById("transcript").textContent);
const status = () => tab.textContent("#status");

async function give(paths) {
  await tab.evaluate(() => (document.body.dataset.state = "idle"));
  await tab.setInputFiles("#files", paths);
  await done(tab);
  return transcript();
}

const certificates = (folder) => readdirSync(folder).filter((name) => name.endsWith(".json")).sort();

// Every certificate, the bad ones and those with sizes beyond 32 bits among them.
let number = 0;
for (const folder of folders) {
  const files = certificates(folder);
  const expected = native(folder, files);
  assert.equal(await give(files.map((name) => join(folder, name))), expected.text, folder);
  console.log(`${folder}: the same text; native ${expected.seconds.toFixed(2)} s, page ${await status()}`);
  number += files.length;
}

// A zip, deflated and stored, gives the same; so does text that is pasted.
const folder = folders[0], files = certificates(folder);
const zipped = join(scratch, "all.zip");
for (const method of ["ZIP_DEFLATED", "ZIP_STORED"]) {
  const program = "import sys, zipfile as z\nwith z.ZipFile(sys.argv[1], 'w', getattr(z, sys.argv[2])) as f: [f.write(n) for n in sys.argv[3:]]";
  execFileSync("python3", ["-c", program, zipped, method, ...files], { cwd: folder });
  assert.equal(await give([zipped]), native(folder, files).text, method);
}
const some = readFileSync(join(folder, files[0]), "utf8");
await tab.evaluate(() => (document.body.dataset.state = "idle"));
await tab.fill("#text", some);
await tab.click("#check");
await done(tab);
assert.equal((await transcript()).replace("pasted text", files[0]), native(folder, [files[0]]).text);
const hash = createHash("sha256").update(some).digest("hex");
assert((await tab.textContent("#results .hash")).includes(hash));
writeFileSync(zipped, "PK and nothing more");
assert.match(await give([zipped]), /Incomplete \(not a zip file/);

// A file that was tampered with is refused, and the place named; one that is too large says so.
const tampered = join(scratch, "tampered.json");
writeFileSync(tampered, some.replace(/"exact":"(\d+)"/, (_, value) => `"exact":"${value}0"`));
const refused = await give([tampered]);
assert.equal(refused, native(scratch, ["tampered.json"]).text);
assert.match(refused, /^tampered.json: I(nvalid|ncomplete) \([\w-]+: [\w.]+/);
const large = join(scratch, "large.json");
writeFileSync(large, "{");
truncateSync(large, (96 << 20) + 1);
assert.equal(await give([large]), native(scratch, ["large.json"]).text);
assert.match(await transcript(), /file-too-large/);

// A matrix in a file beside the certificate: found by its SHA-256, asked for where it is not there.
const matrix = process.env.MATRIX && resolve(process.env.MATRIX);
if (matrix) {
  const beside = readdirSync(matrix).filter((name) => !name.endsWith(".json"));
  const [claim] = certificates(matrix);
  assert.equal(await give([claim, ...beside].map((name) => join(matrix, name))), native(matrix, [claim], ["--matrix", beside[0]]).text);
  assert.equal(await give([join(matrix, claim)]), native(matrix, [claim]).text);
}

// The policy: no address can be asked. This leaves a message on the console, which is expected.
assert.deepEqual(trouble, []);
assert.equal(await refusal(tab), "connect-src");

await give(files.slice(0, 3).map((name) => join(folder, name)));
for (const details of await tab.$$("#results > details:not([open]) > summary")) await details.click();
await accessible(tab, "the page");
await photograph(tab, page.replace(/\.html$/, ""));

await browser.close();
rmSync(scratch, { recursive: true });
console.log(`${number} certificates: the page in Chromium says what the native checker says`);
