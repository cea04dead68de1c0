// Checks every page and state: it fits 1440, 1024 and 375 pixels and a zoom of 200 %, and is accessible in both themes.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chartMatchesTable, fits, isAccessible } from "./checks.mjs";
import { ENTERPRISE, Server, suite } from "./support.mjs";

const scenario = suite({ demo: true });
const pictures = process.env.SCREENSHOTS;
if (pictures) mkdirSync(pictures, { recursive: true });
/** 720 pixels are a window of 1440 pixels at a zoom of 200 %. */
const WIDTHS = [1440, 1024, 720, 375];

/** Looks at the page in every width and theme, and once more with all details unfolded. */
async function look(page, name) {
  await chartMatchesTable(page, name);
  for (const open of [false, true]) {
    if (open) {
      if (!(await page.locator("details:not([open])").count())) break;
      await page.evaluate(() => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
    }
    const title = `${name}${open ? "-unfolded" : ""}`;
    for (const width of open ? [1440, 375] : WIDTHS) {
      await page.setViewportSize({ width, height: width === 375 ? 800 : 900 });
      await fits(page, `${title} at ${width}`);
      const isWhole = !open && [1440, 375].includes(width);
      for (const colorScheme of pictures || isWhole ? ["light", "dark"] : []) {
        await page.emulateMedia({ colorScheme });
        if (pictures) await page.screenshot({ path: join(pictures, `${title}-${width}-${colorScheme}.png`), fullPage: true });
        // The second theme differs in its colours only.
        if (isWhole) await isAccessible(page, `${title} at ${width}, ${colorScheme}`, colorScheme === "dark" ? ["color-contrast"] : undefined);
      }
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}

/** Goes to each path below the root and looks. */
async function lookAt(visit, prefix, paths) {
  for (const path of paths) {
    await visit.go(path);
    const name = path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "id").replace(/\W+/g, "-") || "overview";
    await look(visit.page, `${prefix}-${name}`);
  }
}

const hrefs = async (visit, path, selector) => {
  await visit.go(path);
  const links = await visit.page.$$eval(selector, (all) => all.map((link) => link.href));
  assert.ok(links.length > 0, path);
  return links.map((link) => link.replace(visit.server.pageUrl, ""));
};

scenario("the lists of the demo", {}, async (visit) => {
  visit.expected = [404];
  const [request] = await hrefs(visit, "requests", "tbody th a");
  const [detail] = await hrefs(visit, request, "tbody th a");
  await lookAt(visit, "demo", ["", "employees", "employees?status=archived", "employees?status=all&q=zzzz", "employees?department=Sales",
    "groups", "activity", "requests", request, detail, "requests?show=unauthorized", "requests?show=recorded", "menu", "nothing-here"]);
});

scenario("the people and groups of the demo", {}, async (visit) => {
  const [employee] = await hrefs(visit, "employees?q=maximiliana", "tbody th a");
  const archived = await hrefs(visit, "employees?status=archived", "tbody th a");
  const rightToLeft = await hrefs(visit, "employees?status=all&q=יעל", "tbody th a");
  const [group] = await hrefs(visit, "groups?q=operations", "tbody a");
  const tabs = ["", "/history", "/groups", "/reports", "/raw", "/archive", "/erase", "/values/manager"];
  await lookAt(visit, "demo", [...tabs.map((tab) => employee + tab), group, `${group}/history`]);
  await lookAt(visit, "demo-archived", [archived[0], `${archived[0]}/erase`]);
  await lookAt(visit, "demo-right-to-left", rightToLeft);
});

scenario("the set-up of the demo", {}, async (visit) => {
  await lookAt(visit, "demo", ["connect", ...[1, 2, 3, 4, 5].map((step) => `connect/${step}`), "connect/link", "sources",
    "sources/department/preview", "sources/custom", "notifications", "notifications/new", "notifications/new?kind=slack",
    "notifications/new?kind=teams", "notifications/new?kind=webhook", "access", "access/scim/replace", "access/read/create",
    "employees/import"]);
});

scenario("the dialogs, in both themes", {}, async (visit, page) => {
  const [employee] = await hrefs(visit, "employees?q=maximiliana", "tbody th a");
  const dialogs = [[employee, "Archive"], [employee, "Edit Department"], ["sources", "Preview Department"],
    ["access", /^Revoke/], ["access", "Create token"], ["access", /^Replace token/], ["connect", "Create a set-up link"]];
  for (const [path, name] of dialogs) {
    for (const width of [1440, 375]) {
      await page.setViewportSize({ width, height: 900 });
      await visit.go(path);
      await page.getByRole("main").getByRole("link", { name }).first().click();
      await page.locator("#dialog[open]").waitFor();
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        const title = `dialog-${String(name).replace(/\W+/g, "-")}-${width}-${colorScheme}`;
        if (pictures) await page.screenshot({ path: join(pictures, `${title}.png`) });
        await fits(page, title);
        await isAccessible(page, title);
      }
    }
  }
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.locator("#keys[open]").waitFor();
  await isAccessible(page, "the list of shortcuts");
});

scenario("a sign-in link, and the sign-in", { signedIn: false }, async (visit, page, server) => {
  visit.expected = [401, 410];
  await visit.go("employees");
  await look(page, "sign-in");
  await visit.signIn("rc_northwind_wrong");
  await look(page, "sign-in-refused");
  await page.goto(server.signInLink);
  await visit.hasHeading("Overview");
  await page.getByRole("button", { name: "Sign out" }).click();
  await visit.isTold("You are signed out");
  await look(page, "signed-out");
  await page.goto(server.signInLink);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await look(page, "sign-in-link-used");
  await page.goto(new URL("/", server.pageUrl).href);
  await look(page, "bare-host");
});

const empty = suite();

empty("an empty tenant says what to do next", {}, async (visit) => {
  await lookAt(visit, "empty", ["", "connect/1", "connect/2", "connect/3", "connect/4", "connect/5", "employees", "employees?status=archived",
    "groups", "activity", "requests", "requests?show=unauthorized", "sources", "access"]);
});

empty("long names, long values and failures", {}, async (visit, page, server) => {
  visit.expected = [400, 422];
  const long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtin";
  const id = await server.create("ada.augusta.king.countess.of.lovelace@analytical-engines.example.com", {
    displayName: "Ada Augusta King, Countess of Lovelace", name: { givenName: "Ada", familyName: "Lovelace" },
    title: long, location: "GB", department: "Research-and-Development/".repeat(8), manager: "grace@example.com",
  });
  await server.patch(id, { [ENTERPRISE]: { costCentre: "4711" }, ["x".repeat(120)]: "y", title: `Senior ${long}` });
  const deleted = await server.create("luigi@example.com", { displayName: "لويجي مينابريا" });
  await server.scim("DELETE", `/Users/${deleted}`);
  const group = await server.createGroup(`${long} und alle, die es noch werden wollen`, [id], { externalId: "0oa9p2xyz".repeat(8) });
  server.scimToken = await visit.replaceToken("1 hour", `Okta ${"of a long name ".repeat(6)}`.trim());
  await look(page, "new-token");
  await visit.setSources({ department: true });
  await visit.setOwn(id, { Location: long });
  await lookAt(visit, "long", ["", "employees", "employees?status=archived", `employees/${id}`, `employees/${id}/history`, `employees/${deleted}`,
    `employees/${deleted}/groups`, "groups", `groups/${group}`, "activity", "sources", "access", "connect"]);
  await visit.go("notifications/new?kind=webhook");
  await page.getByLabel("Name", { exact: true }).fill("of-a-very-long-name-".repeat(3));
  await page.getByRole("textbox", { name: "URL" }).fill("https://127.0.0.1/x");
  await page.getByRole("button", { name: "Add the destination" }).click();
  await page.locator(".field-error").first().waitFor();
  await look(page, "destination-refused");
  await visit.go("employees/import");
  await page.getByLabel("People, as CSV").fill(`userName,displayName,title\n,${long},\nnew@example.com,${long},${long}\n`);
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByText("Lines to correct").waitFor();
  await look(page, "import-preview");
});

empty("single sign-on, before its configuration and after it", {}, async (visit, page, server) => {
  visit.expected = [403];
  await lookAt(visit, "sso-empty", ["access/sso"]);
  const id = await server.create("ada.augusta.king.countess.of.lovelace@sso.example.com", { displayName: "Ada Lovelace" });
  const group = await server.createGroup("Administrators of everything that needs an administrator", [id]);
  await server.admin("PUT", "sso", { issuer: `https://example.okta.com/oauth2/${"aus0123456789abcdef".repeat(5)}`, clientId: "0oa1b2c3".repeat(8),
    clientAuth: "key", group, admins: [id] });
  await server.admin("POST", "sso/keys");
  await server.admin("POST", "sso/keys");
  await lookAt(visit, "sso", ["access/sso", "access", `employees/${id}`, "sso/result", "sso/refused?reason=notAdministrator&ref=7K3F9Q2M",
    "sso/refused?reason=failed&ref=7K3F9Q2M"]);
});

if (process.env.PEOPLE) {
  scenario(`${process.env.PEOPLE} people`, {}, async (visit, page) => {
    const server = await Server.start();
    try {
      const people = Array.from({ length: Number(process.env.PEOPLE) }, (_, n) => ({ userName: `p${n}@example.com`, displayName: `Person ${n}` }));
      for (let at = 0; at < people.length; at += 500) await server.admin("POST", "employees/import", { employees: people.slice(at, at + 500) });
      visit.server = server;
      await visit.signIn();
      await lookAt(visit, "many", ["", "employees", "employees?q=person", "sources", "sources/department/preview"]);
      await visit.go("employees");
      await page.getByText(/^1–50 of [\d,]+$/).first().waitFor();
      const html = await page.content();
      assert.ok(html.length < 60_000, `${html.length} bytes`);
    } finally {
      await server.stop();
    }
  });
}
