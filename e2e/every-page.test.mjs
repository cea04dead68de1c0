// Checks every page: it runs no text of users, works without a script, is accessible, and fits narrow screens.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENTERPRISE, suite } from "./support.mjs";

const scenario = suite();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const pictures = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "rollcall-e2e-pictures-"));
const WIDTHS = [375, 1280];
const SCHEMES = ["light", "dark"];

/** Serious for whoever meets it; what axe calls moderate or minor is a matter of taste. */
async function isAccessible(page, name) {
  await page.evaluate(axe);
  // Style sheets are not fetched a second time, because the page's policy forbids fetches by scripts.
  const { violations } = await page.evaluate(() => window.axe.run({ preload: false }));
  const found = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  const report = found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  assert.deepEqual(report, [], name);
}

/** Nothing is cut off, and nobody has to scroll to both sides. */
async function fits(page, name) {
  const tooWide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const isSeen = (element) => !element.closest(".hidden, .skip, thead") && element.checkVisibility();
    const wide = [...document.body.querySelectorAll("*")].filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      return isSeen(element) && (right > clientWidth + 0.5 || left < -0.5);
    });
    const names = wide.map((element) => `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 40)}`);
    return scrollWidth > clientWidth ? [`page: ${scrollWidth} > ${clientWidth}`, ...names] : names;
  });
  assert.deepEqual(tooWide, [], name);
  // A long value beside a short word must not break the word into single letters.
  const broken = await page.evaluate(() => {
    const lines = (element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size;
    };
    const isWord = (text) => /^\S{1,15}$/.test(text);
    const headings = [...document.querySelectorAll("tbody th, nav a")].filter((cell) => isWord(cell.textContent.trim()));
    return headings.filter((cell) => lines(cell) > 1).map((cell) => cell.textContent.trim());
  });
  assert.deepEqual(broken, [], `words broken, ${name}`);
}

/** Looks at the page as it is, and once more with everything unfolded. */
async function examine(page, name) {
  const width = page.viewportSize().width;
  for (const open of [false, true]) {
    const folded = page.locator("details:not([open])");
    if (open && !(await folded.count())) return;
    if (open) await page.evaluate(() => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
    const title = `${name}${open ? "-unfolded" : ""}`;
    await page.screenshot({ path: join(pictures, `${title}.png`), fullPage: true });
    await fits(page, `${title} at ${width}`);
    await isAccessible(page, title);
  }
}

async function staff(server) {
  await server.create("grace@example.com", { displayName: "Grace Hopper", title: "Rear Admiral" });
  const current = await server.create("ada.augusta.king.countess.of.lovelace@analytical-engines.example.com", {
    displayName: "Ada Augusta King, Countess of Lovelace",
    name: { givenName: "Ada", familyName: "Lovelace" },
    title: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtin",
    location: "GB", department: "Research-and-Development/".repeat(8), manager: "grace@example.com",
  });
  await server.patch(current, { [ENTERPRISE]: { costCentre: "4711" }, ["x".repeat(120)]: "y" });
  const gone = await server.create("charles@example.com", { displayName: "Charles Babbage", location: "GB" });
  await server.patch(gone, { title: "Lucasian Professor" });
  await server.patch(gone, { active: false });
  const deleted = await server.create("luigi@example.com", { displayName: "Luigi Menabrea" });
  await server.scim("DELETE", `/Users/${deleted}`);
  const crew = await server.createGroup("Crew", [current, gone], { externalId: "0oa9p2xyzCREW" });
  const name = "Donaudampfschifffahrtsgesellschaftskapitäne und alle, die es noch werden wollen";
  const outer = await server.createGroup(name, [crew, { value: gone, display: "Mr. Babbage" }]);
  await server.createGroup("Nobody", []);
  const others = Array.from({ length: 60 }, (_, n) => server.create(`hand${n}@example.com`));
  const large = await server.createGroup("Hands", await Promise.all(others));
  return { current, gone, deleted, outer, large };
}

// This test is first, because only a new tenant has no employees.
scenario("a list with nobody in it says how people get there", {}, async (visit, page) => {
  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await visit.go("employees");
      await page.getByText("There are no active employees").waitFor();
      await examine(page, `empty-list-${width}-${colorScheme}`);
      await visit.go("groups");
      await page.getByText("There are no groups yet").waitFor();
      await examine(page, `empty-groups-${width}-${colorScheme}`);
    }
  }
});

let people;
let notified;
for (const width of WIDTHS) {
  for (const colorScheme of SCHEMES) {
    scenario(`every page fits ${width} pixels and is accessible when ${colorScheme}`, { signedIn: false, width, colorScheme }, async (visit, page, server) => {
      visit.expected = [400, 401, 404];
      people ??= await staff(server);
      const look = (name) => examine(page, `${name}-${width}-${colorScheme}`);
      await visit.go();
      await look("sign-in");
      await visit.signIn("rc_demo_wrong");
      await look("sign-in-refused");
      await visit.signIn();
      await visit.hasHeading("Account settings");
      server.scimToken = await visit.rotate("1 hour", "Okta");
      await look("new-token");
      await visit.set({ location: true, department: false });
      await look("settings");
      await visit.go("employees?status=all");
      await look("employees");
      await visit.go("employees?search=nobody");
      await look("nobody-found");
      await visit.setOwn(people.current, { Location: "London", Department: "Engines" });
      await look("employee");
      await visit.go(`employees/${people.gone}`);
      await look("archived-employee");
      await visit.go(`employees/${people.deleted}`);
      await look("deleted-employee");
      await visit.go("groups");
      await look("groups");
      await visit.go("groups?search=nothing");
      await look("no-group-found");
      await visit.go(`groups/${people.outer}`);
      await look("group");
      await visit.go(`groups/${people.large}`);
      await look("large-group");
      await page.getByRole("navigation", { name: "Pages of the members" }).getByRole("link", { name: "Next page" }).click();
      await page.waitForURL(/members=/);
      assert.equal(await page.getByRole("table", { name: "Members of the group" }).getByRole("row").count(), 11);
      await visit.go("activity");
      await look("activity");
      await visit.go("notifications/new");
      await look("new-notification");
      for (const kind of ["slack", "teams", "webhook"]) {
        await visit.go(`notifications/new?kind=${kind}`);
        await page.getByLabel("Name", { exact: true }).fill(`${kind} ${"of-a-very-long-name-".repeat(2)}`);
        await page.getByRole("textbox", { name: "URL" }).fill("https://hooks.rollcall.invalid/x");
        await page.getByRole("button", { name: "Add the destination" }).click();
        await page.getByRole("alert").waitFor();
        await look(`new-${kind}-refused`);
      }
      if (!notified) {
        await page.getByRole("group", { name: "Employees" }).getByLabel("All of these").check();
        await page.getByRole("button", { name: "Add the destination" }).click();
        await visit.hasHeading("New signing secret");
        await page.getByRole("link", { name: "Done, I have copied it" }).click();
        notified = new URL(page.url()).pathname.replace(/^.*notifications/, "notifications");
      }
      await visit.go("notifications");
      await look("notifications");
      await visit.go(notified);
      await look("notification");
      await visit.go("employees/00000000-0000-4000-8000-000000000000");
      await visit.hasHeading("Not found");
      await look("error");
    });
  }
}

scenario("no script is needed to sign in, read and search", { signedIn: false, javaScriptEnabled: false }, async (visit, page, server) => {
  await visit.signIn();
  await page.getByText(server.tenantUrl, { exact: true }).waitFor();
  // Controls that need a script are absent, and times have their zone.
  assert.equal(await page.getByRole("button", { name: "Copy" }).count(), 0);
  assert.match(await page.locator("time").first().innerText(), /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  await page.getByRole("link", { name: "Employees" }).click();
  await page.getByLabel("starts with").fill("grace");
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(/search=grace/);
  assert.equal(await page.getByRole("row").count(), 2, "the heading and one employee");
  await page.getByRole("link", { name: "Grace Hopper" }).click();
  await visit.hasHeading("Grace Hopper Active");
  assert.match((await visit.history()).at(-1), /^Created by Identity Provider, /);
  await page.getByText("Change your own values").click();
  await page.getByLabel("Location").fill("New York");
  await page.getByRole("button", { name: "Save" }).click();
  await visit.isTold("The values are saved");
  await page.getByRole("link", { name: "Groups" }).click();
  await page.getByLabel("starts with").fill("crew");
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(/search=crew/);
  await page.getByRole("link", { name: "Crew" }).click();
  await visit.hasHeading("Crew");
  await page.getByRole("link", { name: "Charles Babbage" }).click();
  await visit.hasHeading("Charles Babbage Archived");
  await page.getByRole("link", { name: "Crew" }).click();
  await visit.hasHeading("Crew");
  assert.match((await visit.history()).at(-1), /^Created by Identity Provider, /);
  await page.getByRole("button", { name: "Sign out" }).click();
  await visit.isTold("You are signed out");
});

scenario("what others wrote is shown and never run", {}, async (visit, page, server) => {
  visit.expected = [400];
  const attacks = ["<img src=x onerror=\"window.ran=1;alert(1)\">", "\"><script>window.ran=1;alert(2)</script>"];
  const isHarmless = async (...texts) => {
    const shown = await page.getByRole("main").innerText();
    for (const text of texts) assert.ok(shown.includes(text), `${text} on ${page.url()}`);
    assert.equal(await page.evaluate(() => window.ran), undefined);
    assert.equal(await page.locator("main img, main script, [onerror]").count(), 0);
  };
  await visit.set({ location: true, department: true, manager: true });
  for (const attack of attacks) {
    const values = { location: attack, department: attack, manager: attack };
    const id = await server.create(attack, { displayName: attack, title: attack, nickName: attack, ...values });
    const under = await server.create(`under ${attack}`, { ...values, name: { formatted: attack } });
    await server.patch(id, { title: `new ${attack}`, [ENTERPRISE]: { department: `new ${attack}` } });
    await visit.setOwn(id, { Location: attack, Department: attack, Manager: attack });
    for (const employee of [id, under]) {
      await visit.go(`employees/${employee}`);
      await isHarmless(attack);
      // Attributes need another escape than text.
      assert.equal(await page.getByLabel("Location").inputValue(), employee === id ? attack : "");
    }
    const group = await server.createGroup(attack, [{ value: id, display: attack }], { externalId: attack });
    for (const path of [`groups/${group}`, "groups", `employees/${id}`]) {
      await visit.go(path);
      await isHarmless(attack);
    }
    await visit.go("employees?status=all&search=under");
    await isHarmless(`under ${attack}`);
    await page.getByLabel("starts with").fill(attack);
    await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL(/search=/);
    await isHarmless(attack);
    assert.equal(await page.getByLabel("starts with").inputValue(), attack);
    await visit.go(`employees?status=${encodeURIComponent(attack)}`);
    await isHarmless();
    await visit.go(`?done=${encodeURIComponent(attack)}`);
    await isHarmless();
    server.scimToken = await visit.rotate("1 hour", attack);
    await visit.go();
    await isHarmless(attack);
    await visit.go("activity");
    await isHarmless(attack);
  }
});

mkdirSync(pictures, { recursive: true });
console.log(`Screenshots are in ${pictures}`);
