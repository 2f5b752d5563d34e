// The book in a real browser, from file:// with the network off: node book-test.mjs FOLDER, which web/book has written.
import { strict as assert } from "node:assert";
import { join, resolve } from "node:path";
import { accessible, open, photograph } from "./browser.mjs";

const folder = resolve(process.argv[2]);
const { browser, tab, trouble } = await open(join(folder, "index.html"));
const input = tab.getByLabel("Search the book:");
const status = tab.locator("form[role=search] + [role=status]");
const results = tab.locator("form[role=search] ~ ol > li > a");

// A section that is found by words of its text, not all of its title.
await input.fill("completions shell");
assert.match(await status.textContent(), /^\d+ sections/);
assert((await results.allTextContents()).includes("seprank completions"));
await results.filter({ hasText: /^seprank completions$/ }).click();
assert(tab.url().endsWith("reference.html#seprank-completions"), tab.url());
assert(await tab.isVisible("#seprank-completions"));

// Every word must be there, and beginnings count.
await input.fill("tut");
const some = Number((await status.textContent()).split(" ")[0]);
await input.fill("tut zzzzz");
assert(some > 0 && (await status.textContent()) === "0 sections" && (await results.count()) === 0);
// What is typed is no markup, and nothing is asked for.
await input.fill("<img src=x onerror=alert(1)>");
await input.press("Enter");
assert.deepEqual(trouble, []);

await input.fill("separation rank");
assert((await results.count()) > 5);
await accessible(tab, "the book");
await photograph(tab, join(folder, "book"));
await browser.close();
console.log("the book in Chromium: sections are found without a network");
