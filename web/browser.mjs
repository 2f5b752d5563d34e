// What the tests in a browser share: Chromium with the network off, what goes wrong in it, and axe-core.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PACKAGES}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core"), "utf8");

// A tab, and a list that fills with errors of the page and with addresses that it asks for.
export async function open(path, options = {}) {
  const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
  const context = await browser.newContext({ offline: true, viewport: { width: 1200, height: 900 }, ...options });
  const tab = await context.newPage();
  const trouble = [];
  tab.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
  tab.on("pageerror", (error) => trouble.push(String(error)));
  tab.on("request", (request) => /^(file|blob|data):/.test(request.url()) || trouble.push(request.url()));
  await tab.goto(`file://${path}`);
  return { browser, tab, trouble };
}

export const done = (tab) => tab.waitForSelector('body[data-state="done"]', { timeout: 300_000 });

// The part of the page's policy that refuses to ask an address; without a policy there is none, and only the network is off.
export const refusal = (tab) =>
  tab.evaluate(() => {
    const refused = new Promise((tell) => addEventListener("securitypolicyviolation", (event) => tell(event.effectiveDirective), { once: true }));
    const asked = fetch("https://example.org").then(() => "asked", () => new Promise((tell) => setTimeout(tell, 1000, "asked")));
    return Promise.race([refused, asked]);
  });

// No violation of level A or AA, in light and in dark.
export async function accessible(tab, what) {
  await tab.evaluate(axe);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  for (const colorScheme of ["dark", "light"]) {
    await tab.emulateMedia({ colorScheme });
    const found = await tab.evaluate((tags) => window.axe.run({ runOnly: tags }), tags);
    const violations = found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} (${nodes[0].failureSummary})`);
    assert.deepEqual(violations, [], `${what}, ${colorScheme}`);
  }
}

// A picture of the whole page, wide and light, then narrow and dark, where nothing may stick out.
export async function photograph(tab, path, narrow = 360) {
  await tab.screenshot({ path: `${path}-wide.png`, fullPage: true });
  await tab.setViewportSize({ width: narrow, height: 740 });
  const over = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert(over <= 0, `${path}: the narrow page is ${over} pixels too wide`);
  await tab.emulateMedia({ colorScheme: "dark" });
  await tab.screenshot({ path: `${path}-narrow.png`, fullPage: true });
}
