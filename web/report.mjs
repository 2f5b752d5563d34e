// The report in a real browser, from file:// with the network off: node report.mjs FOLDER SEPRANK_CHECK, a folder that
// `seprank certify --report FOLDER --page check.html` has written. Screenshots go into the folder.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { accessible, done, open, photograph, refusal } from "./browser.mjs";

const [folder, checker] = process.argv.slice(2).map((path) => resolve(path));
const path = join(folder, "report.html");
const results = JSON.parse(readFileSync(join(folder, "results.json"), "utf8"));
const names = [...new Set(results.claims.flatMap(({ cases }) => cases.flatMap(({ certificates }) => Object.keys(certificates))))].sort();
assert(names.length > 2);

// Without scripts everything is there, and nothing offers what would need them.
{
  const { browser, tab, trouble } = await open(path, { javaScriptEnabled: false });
  const text = await tab.innerText("main");
  for (const { id, statement, command, cases } of results.claims) {
    for (const part of [id, statement, command, ...cases.flatMap(({ case: name, claimed, found }) => [name, claimed, found])]) {
      assert(text.replace(/\s+/g, " ").includes(part.replace(/\s+/g, " ")), part);
    }
  }
  assert.equal(await tab.locator("button:visible, input:visible").count(), 0);
  await tab.click(`#certificate-${names[0]} > summary`);
  assert(await tab.isVisible(`#certificate-${names[0]} .statement`));
  assert.deepEqual(trouble, []);
  await browser.close();
}

const { browser, tab, trouble } = await open(path, { viewport: { width: 1280, height: 900 } });

// The first table of certificates: by value, up and down, and by name.
const table = tab.locator("table.sortable", { hasText: "All certificates" });
const column = async (number) => (await table.locator(`tbody tr > :nth-child(${number})`).all()).length && table.locator(`tbody tr > :nth-child(${number})`).evaluateAll((cells) => cells.map((cell) => cell.dataset.value ?? cell.textContent));
const rows = await column(1);
const numbers = (list) => list.filter((text) => text.trim() !== "").map(Number);
for (const [sign, state] of [[1, "ascending"], [-1, "descending"]]) {
  await table.getByRole("button", { name: "value" }).click();
  const values = numbers(await column(5));
  assert(values.length > 2 && values.every(Number.isFinite));
  assert.deepEqual(values, values.toSorted((a, b) => sign * (a - b)), state);
  assert.equal(await table.locator("thead th").nth(4).getAttribute("aria-sort"), state);
}
// With the keyboard.
await table.getByRole("button", { name: "bytes" }).focus();
await tab.keyboard.press("Enter");
const sizes = numbers(await column(6));
assert.deepEqual(sizes, sizes.toSorted((a, b) => a - b));
assert.deepEqual((await column(1)).toSorted(), rows.toSorted());

// The filter leaves the rows with every word.
await tab.getByLabel('Filter "All certificates":').fill("RANK mixer");
const shown = await table.locator("tbody tr:visible").allInnerTexts();
const wanted = await table.locator("tbody tr").evaluateAll((all) => all.filter((row) => /rank/i.test(row.textContent) && /mixer/i.test(row.textContent)).length);
assert(shown.length > 0 && shown.length < rows.length && shown.length === wanted);
assert.equal(await tab.locator(".filter", { hasText: "All certificates" }).getByRole("status").textContent(), `${wanted} of ${rows.length} rows`);
await tab.getByLabel('Filter "All certificates":').fill("");

// A link unfolds the certificate that it names.
assert.equal(await tab.locator("details.file[open]").count(), 0);
await table.locator(`a[href="#certificate-${names[1]}"]`).click();
assert(await tab.isVisible(`#certificate-${names[1]} .statement`));

// Every point of a picture says its numbers.
const points = await tab.locator(".chart circle > title").allTextContents();
assert(points.length > 2 && points.every((title) => /: .* \d/.test(title)), points.join("\n"));

// What a button hands to the page of the checker is judged there.
async function hand(button) {
  const [page] = await Promise.all([browser.contexts()[0].waitForEvent("page"), tab.click(button)]);
  await done(page);
  const text = await page.textContent("#transcript");
  await page.close();
  return text;
}
const native = (files) => execFileSync(checker, files, { cwd: join(folder, "certificates"), encoding: "utf8" }).trimEnd();
const one = `#certificate-${names[1]}`;
assert.equal(await hand(`${one} .verify`), native([`${names[1]}.json`]));
assert.equal(`${names[1]}.json: ${await tab.textContent(`${one} .said`)}`, native([`${names[1]}.json`]));
assert.equal(await hand("#verify-all"), native(names.map((name) => `${name}.json`)));
assert.equal(await tab.textContent("#status"), `${names.length} handed to check.html`);

// The policy: no address can be asked, and no script of another text runs.
assert.deepEqual(trouble, []);
assert.equal(await refusal(tab), "connect-src");
await tab.evaluate(() => document.body.append(Object.assign(document.createElement("script"), { textContent: "document.title = 'ran'" })));
assert.notEqual(await tab.title(), "ran");

await accessible(tab, "the report");
// On paper headings stand, and what is pressed does not.
await tab.emulateMedia({ media: "print" });
assert(await table.getByRole("button", { name: "value" }).isVisible());
assert.equal(await tab.locator(".verify:visible, .filter:visible, #verify-all:visible").count(), 0);
await tab.pdf({ path: join(folder, "report.pdf"), format: "A4", landscape: true });
await tab.emulateMedia({ media: "screen", colorScheme: "light" });
await photograph(tab, join(folder, "report"), 400);

await browser.close();
console.log(`${names.length} certificates: the report in Chromium sorts, filters, and hands them to the page, which says what the native checker says`);
