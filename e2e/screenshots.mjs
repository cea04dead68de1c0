// Makes the pictures of the README and the guides: the same data, clock and fonts give the same picture.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, Server, Visit } from "./support.mjs";

const folder = process.env.PICTURES ?? fileURLToPath(new URL("../docs/images/", import.meta.url));
/** The clock of the demo. */
const NOW = new Date("2026-11-30T12:00:00Z");
/** An address that does not change with the port of the server. */
const SHOWN_ROOT = "https://rollcall.northwind.example";
const KB = 1024;

/** Encodes a PNG as WebP, with the best quality that fits the limit, and writes it. */
async function write(visit, name, png, limit) {
  const blank = await visit.context.newPage();
  await blank.goto("about:blank");
  const source = `data:image/png;base64,${png.toString("base64")}`;
  for (const quality of [0.92, 0.85, 0.75, 0.6]) {
    const encoded = await blank.evaluate(async ([src, q]) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.getContext("2d").drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", q);
    }, [source, quality]);
    const bytes = Buffer.from(encoded.split(",")[1], "base64");
    if (bytes.length > limit * KB) continue;
    writeFileSync(join(folder, `${name}.webp`), bytes);
    console.log(`${name}.webp: ${Math.ceil(bytes.length / KB)} KB, quality ${quality}`);
    await blank.close();
    return;
  }
  assert.fail(`${name} does not fit ${limit} KB`);
}

/** Replaces the local address and the random texts of tokens, so that each run shows the same. */
async function steady(page, server) {
  await page.evaluate(([local, shown]) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      node.data = node.data.replaceAll(local, shown).replace(/\brc_(\w+?)_[\w-]{43}/g, (_, tenant) => `rc_${tenant}_${"9fK2vQ7xLp".repeat(4)}3bT`);
    }
  }, [new URL(server.pageUrl).origin, SHOWN_ROOT]);
}

async function picture(visit, name, { limit = 80, part } = {}) {
  const { page, server } = visit;
  await steady(page, server);
  await page.evaluate(() => { document.activeElement?.blur(); document.querySelector(".toast")?.remove(); });
  const png = part ? await page.locator(part).first().screenshot({ animations: "disabled" }) : await page.screenshot({ animations: "disabled" });
  await write(visit, name, png, limit);
}

async function visitOf(browser, server, size) {
  const visit = await Visit.open(browser, server, { ...size, colorScheme: "light", locale: "en-GB", timezoneId: "UTC" });
  await visit.page.clock.setFixedTime(NOW);
  await visit.signIn();
  return visit;
}

mkdirSync(folder, { recursive: true });
const browser = await launch();

// The demo: the README's picture, Data sources, and a failed request.
const demo = await Server.start({ demo: true });
let visit = await visitOf(browser, demo, { width: 1440, height: 900 });
await visit.go();
await picture(visit, "overview", { limit: 150 });
await visit.page.setViewportSize({ width: 1120, height: 700 });
await visit.go("sources");
await picture(visit, "sources");
await visit.go("requests");
await visit.page.getByRole("rowheader", { name: "Update user" }).getByRole("link").click();
await visit.page.getByRole("rowheader", { name: "Update user" }).getByRole("link").first().click();
await visit.page.getByText("What to do").waitFor();
// The id and the duration of a request differ in each run.
await visit.page.evaluate(() => {
  document.getElementById("request-id").textContent = "3f8a2c1e-5d4b-4e6f-9a7c-1b2d3e4f5a6b";
  for (const fact of document.querySelectorAll("dd")) if (/^\d+ ms$/.test(fact.textContent)) fact.textContent = "6 ms";
});
await picture(visit, "request");
await visit.context.close();
await demo.stop();

// A new tenant: the steps of Connect, with the local clock, because its server has no other.
const fresh = await Server.start();
await fresh.admin("PATCH", "settings", { provider: "okta" });
visit = await Visit.open(browser, fresh, { width: 1120, height: 760, colorScheme: "light", locale: "en-GB", timezoneId: "UTC" });
await visit.signIn();
const { page } = visit;
// The picture shows a server that Okta reaches.
const withoutWarning = () => page.evaluate(() => document.querySelectorAll(".callout-warn").forEach((part) => part.remove()));
await visit.go("connect/2");
await picture(visit, "connect-token");
await page.getByRole("button", { name: "Create token" }).click();
await page.getByRole("heading", { name: "Paste the values" }).waitFor();
fresh.scimToken = await page.locator("#token").innerText();
await visit.isTold("Waiting for the first request");
await withoutWarning();
await page.setViewportSize({ width: 1120, height: 940 });
await picture(visit, "connect-waiting");
await fresh.scim("GET", "/Users?startIndex=1&count=2");
await visit.isTold("Got it");
await page.evaluate(() => document.querySelectorAll("[role=status] time").forEach((time) => { time.textContent = "just now"; }));
await picture(visit, "connect-got-it");
await page.setViewportSize({ width: 1120, height: 760 });
await fresh.create("ada@northwind.example", {
  displayName: "Ada Lovelace", name: { givenName: "Ada", familyName: "Lovelace" }, title: "Countess", location: "GB",
  department: "Research", manager: "grace@northwind.example", emails: [{ value: "ada@northwind.example", type: "work", primary: true }],
});
await visit.setSources({ department: true, manager: true });
await visit.go("connect/5");
await page.getByRole("region", { name: "Ada Lovelace" }).waitFor();
await picture(visit, "connect-person");
await visit.context.close();
await fresh.stop();
await browser.close();
