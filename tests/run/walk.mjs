// What every part of the walk through the page uses: the API, and a tab with its checks.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { until } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const fail = (text) => {
  throw new Error(text);
};

/** Calls of the API at this address. */
export function caller(url) {
  return async (path, token, body) => {
    const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `token ${token}` } : {}) };
    const response = await fetch(`${url}/api/v1${path}`, { headers, ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }) });
    if (!response.ok) fail(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
}

/** A tab of somebody's own, at this address; nothing moves in it, so that nothing has to be waited for. */
export async function openTab(browser, { url, out }) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: "en-GB", reducedMotion: "reduce" });
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  // 403 is the quota of requests, which a walk goes through faster than people do; the page asks again.
  page.on("console", (message) => message.type() === "error" && !/401|403|404/.test(message.text()) && problems.push(message.text()));
  const at = (name) => page.getByTestId(name);

  return {
    context,
    page,
    at,
    text: (name) => at(name).textContent(),
    shot: (name) => page.screenshot({ path: `${out}/${name}.png` }),
    /** Opens an address of the page and waits until the page has heard of it. */
    go: (route) => page.evaluate((route) => new Promise((heard) => {
      if (location.hash === `#${route}`) return heard();
      addEventListener("hashchange", () => setTimeout(heard), { once: true });
      location.hash = route;
    }), route),
    ready: () => page.waitForFunction(() => window.parabusReady === true, undefined, { timeout: 20_000 }),
    agree: () => at("confirm-yes").click(),

    async logIn(key, password) {
      await page.goto(url);
      await at("login-key").fill(key);
      await at("login-password").fill(password);
      await page.keyboard.press("Enter");
    },

    /** Nothing serious for people who see or move differently. */
    async checkAccess(what) {
      if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run({ exclude: [["iframe"]] }, { resultTypes: ["violations"] }));
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      if (serious.length > 0) fail(`axe, ${what}: ${serious.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`).join("; ")}`);
    },

    async checkWidth(what) {
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      if (widths[0] <= widths[1]) return;
      const wide = await page.evaluate(() => [...document.querySelectorAll("body *")].filter((each) => !each.closest(".side") && each.getBoundingClientRect().right > innerWidth).map((each) => each.outerHTML.slice(0, 150)));
      fail(`${what} scrolls sideways: ${widths.join(" > ")}: ${wide.slice(0, 4).join("; ")}`);
    },

    checkConsole() {
      if (problems.length > 0) fail(`the page's console: ${problems.slice(0, 5).join("; ")}`);
    },
  };
}

/** Waits for this text of an element that may not be there yet. */
export const shows = (locator, what, wanted, seconds = 15) => {
  let last;
  return until(what, seconds, async () => {
    last = await locator.textContent({ timeout: 1000 }).catch(() => undefined);
    return typeof wanted === "string" ? last === wanted : last !== undefined && wanted.test(last);
  }).catch((error) => fail(`${error.message}; it shows \`${last}\``));
};

/** What a button saves. */
export async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}
