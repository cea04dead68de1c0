// The whole way once without JavaScript: from Connect to the first person, then the daily work.

import assert from "node:assert/strict";
import { suite } from "./support.mjs";

const scenario = suite();

scenario("everything works without a script", { signedIn: false, javaScriptEnabled: false }, async (visit, page, server) => {
  const press = (name) => page.getByRole("main").getByRole("button", { name, exact: true }).click();
  const follow = (name) => page.getByRole("main").getByRole("link", { name }).first().click();

  // Connect.
  await visit.signIn();
  await page.waitForURL(/connect/);
  await follow("Choose");
  await page.getByLabel("Okta").check();
  await press("Continue");
  await press("Create token");
  server.scimToken = await page.locator("#token").innerText();
  assert.equal(await page.getByRole("button", { name: /Copy/ }).count(), 0, "a control that needs a script is absent");
  await visit.isTold("Waiting for the first request from Okta …");
  await server.scim("GET", "/Users?startIndex=1&count=2");
  await follow("Check again");
  await visit.isTold(/Got it: Test API Credentials, 200/);
  assert.match(await page.locator("time").first().innerText(), /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  await follow("Continue");
  await follow("Continue");
  const id = await server.create("grace@example.com", { displayName: "Grace Hopper", department: "Navy" });
  await follow("Check again");
  await page.getByRole("region", { name: "Grace Hopper" }).waitFor();
  await page.getByRole("main").getByRole("link", { name: "Done", exact: true }).click();
  await page.getByText("Healthy").first().waitFor();

  // Search, and pages.
  await Promise.all(Array.from({ length: 60 }, (_, n) => server.create(`hand${n}@example.com`)));
  await visit.search("grace");
  assert.equal(await page.getByRole("row").count(), 2, "the heading and one employee");
  await visit.open("Employees");
  await follow("Next");
  await page.getByText(/^51–61 of 61$/).first().waitFor();
  await follow("Previous");
  await page.getByText(/^1–50 of 61$/).first().waitFor();

  // A switch, and its undo.
  await visit.open("Data sources");
  await page.locator("#source-department").click();
  await visit.isTold("Department now comes from Okta.");
  await press("Undo");
  await page.locator("#source-department[aria-checked=false]").waitFor();
  await follow("Preview Department");
  await press("Use Okta’s values");
  await page.locator("#source-department[aria-checked=true]").waitFor();

  // A value, archive, undo, erase.
  await visit.search("grace");
  await follow("Grace Hopper");
  await follow("Edit Location");
  await page.getByLabel("Your value").fill("New York");
  await press("Save value");
  await visit.isTold("Saved.");
  await follow("Archive");
  await press("Archive employee");
  await visit.isTold("is archived.");
  await press("Undo");
  await visit.isTold("is active again");
  await visit.hasHeading("Grace Hopper Active");
  await follow("Archive");
  await press("Archive employee");
  await follow(/^History/);
  assert.match((await visit.history()).at(-1), /created this employee/);
  await follow("Erase");
  await page.getByLabel("Type the userName").fill("grace@example.com");
  await press("Erase permanently");
  await visit.isTold("erased");
  assert.equal((await server.scim("GET", `/Users/${id}`)).status, 404);

  await page.getByRole("button", { name: "Sign out" }).click();
  await visit.isTold("You are signed out");
});
