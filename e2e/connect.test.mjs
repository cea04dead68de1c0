// Connects Okta to an empty tenant: from the choice of the identity provider to the first person.

import assert from "node:assert/strict";
import { suite, texts } from "./support.mjs";

const scenario = suite();

scenario("Connect leads from an empty tenant to the first person", { signedIn: false }, async (visit, page, server) => {
  await visit.signIn();
  // A tenant without a used token opens Connect.
  await page.waitForURL(/connect/);
  await visit.hasHeading("Connect");
  await page.getByRole("link", { name: "Choose" }).click();
  await page.getByLabel("Okta").check();
  await page.getByRole("button", { name: "Continue" }).click();
  await visit.hasHeading("Connect Okta");
  await page.getByRole("heading", { name: "Create the Secret Token" }).waitFor();
  assert.match(await page.getByLabel("Label").inputValue(), /^Okta/);
  await page.getByRole("button", { name: "Create token" }).click();

  await page.getByRole("heading", { name: "Paste the values" }).waitFor();
  const token = await page.locator("#token").innerText();
  assert.equal(await page.locator("#tenant-url").innerText(), server.tenantUrl);
  await page.getByText("Okta cannot reach 127.0.0.1.").waitFor();
  await visit.isTold("Waiting for the first request from Okta …");

  // A reload makes another token, because nothing used the first one.
  await page.reload();
  await visit.isTold("Created again. The token shown before does not work.");
  const again = await page.locator("#token").innerText();
  assert.notEqual(again, token);

  assert.equal((await server.scim("GET", "/Users?startIndex=1&count=2", undefined, token)).status, 401);
  await visit.isTold(/A request came with the token “Okta/);
  server.scimToken = again;
  assert.equal((await server.scim("GET", "/Users?startIndex=1&count=2")).status, 200);
  await visit.isTold(/Got it: Test API Credentials, 200/);
  await page.getByText("1 earlier problem").waitFor();
  await page.getByRole("link", { name: "Paste (done)" }).waitFor();
  await page.getByRole("complementary", { name: "Values for Okta" }).getByText("In use").waitFor();
  assert.ok((await page.locator("#token").innerText()) === again, "the live part leaves the token on the page");
  await page.getByRole("status").filter({ hasText: "Got it" }).getByRole("link", { name: "Continue" }).click();

  await page.getByRole("heading", { name: "Map location, manager and department" }).waitFor();
  await visit.isTold("No employee yet.");
  const grace = { displayName: "Grace Hopper", department: "Navy", location: "US" };
  await server.create("grace@example.com", { ...grace, locaton: "US" });
  const arrived = page.getByRole("region", { name: "Arrived so far" });
  await arrived.getByText("arrived for 1 of 1").first().waitFor();
  assert.match(await arrived.innerText(), /manager\s+not yet/);
  await page.getByRole("link", { name: "Continue" }).click();

  await page.getByRole("heading", { name: "Assign one person" }).waitFor();
  const card = page.getByRole("region", { name: "Grace Hopper" });
  await card.waitFor();
  const row = card.getByRole("row").filter({ hasText: "Department" });
  assert.deepEqual(await texts(row.getByRole("cell")), ["Navy", "–"], "your values are in use at first");
  await page.getByRole("link", { name: "Preview Okta" }).first().click();
  const preview = page.getByRole("dialog");
  await preview.getByText("1 of 1 active").waitFor();
  await page.keyboard.press("Escape");
  await preview.waitFor({ state: "hidden" });
  // The card stays when a second person arrives.
  await server.create("ada@example.com", { displayName: "Ada Lovelace" });
  await visit.isTold("Ada Lovelace arrived.");
  await card.waitFor();
  await page.getByRole("link", { name: "Show", exact: true }).click();
  await page.getByRole("region", { name: "Ada Lovelace" }).waitFor();
  await page.getByRole("link", { name: "Done", exact: true }).click();
  await page.getByText("Healthy").first().waitFor();

  // Connect is a summary now.
  await visit.go("connect");
  const checks = page.getByRole("region", { name: "Checks" });
  assert.equal(await checks.getByText("Done", { exact: true }).count(), 5);
});

scenario("a set-up link opens Connect and nothing else, in one browser", {}, async (visit, page) => {
  visit.expected = [410];
  await visit.go("connect");
  await page.getByRole("link", { name: "Create a set-up link" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Create a set-up link" }).click();
  await visit.hasHeading("Set-up link");
  const link = await page.locator("#setup-link").innerText();

  // The colleague has another browser.
  await visit.context.clearCookies();
  await page.goto(link);
  await page.getByRole("button", { name: "Start set-up" }).click();
  await visit.hasHeading("Connect Okta");
  await page.getByText("Set-up for").waitFor();
  assert.equal(await page.getByRole("navigation", { name: "Main" }).count(), 0);
  for (const path of ["employees", "access", "sources", "activity"]) {
    await visit.go(path);
    await page.getByLabel("Admin token").waitFor();
    await visit.isTold("Your set-up link opens Connect only.");
  }
  await visit.context.clearCookies();
  await page.goto(link);
  await visit.hasHeading("This link was opened before");

  await visit.signIn();
  await visit.go("access");
  await page.getByRole("link", { name: "Revoke the link" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke the link" }).click();
  await page.waitForURL(/access/);
  await visit.go("access");
  await page.getByText("A set-up link lets the administrator of Okta connect it").waitFor();
});
