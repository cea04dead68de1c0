// Requests, Activity and Overview: a failed request leads to its cause and its cure.

import assert from "node:assert/strict";
import { suite } from "./support.mjs";

const scenario = suite();

/** Waits until the page shows the text: the server writes down failed requests some seconds later. */
async function appears(page, locator) {
  for (let tries = 0; tries < 40 && !(await locator.count()); tries += 1) {
    await page.waitForTimeout(500);
    await page.reload();
  }
  await locator.first().waitFor();
}

scenario("a failed request is explained, with what to do and the person", {}, async (visit, page, server) => {
  const id = await server.create("ada@example.com", { displayName: "Ada Lovelace" });
  const again = await server.scim("POST", "/Users", { userName: "ADA@example.com", active: true });
  assert.equal(again.status, 409);
  await server.scim("PATCH", `/Users/${id}`, {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "replace", path: "active", value: "perhaps" }],
  });
  await visit.open("Requests");
  await appears(page, page.getByRole("link", { name: "Create user" }));
  const row = page.getByRole("row").filter({ hasText: "Create user" });
  assert.match(await row.innerText(), /409\s.*userName belongs to/s);
  assert.match(await row.innerText(), /×1/);
  await row.getByRole("link", { name: "Create user" }).click();
  await visit.hasHeading(/^Create user/);
  await page.getByText("What to do").waitFor();
  await page.getByText("token").first().waitFor();
  assert.ok(!(await page.content()).includes("ADA@example.com"), "no value of the request");
  await page.getByRole("link", { name: "Ada Lovelace" }).first().click();
  await visit.hasHeading("Ada Lovelace Active");

  await visit.open("Requests");
  const update = page.getByRole("row").filter({ hasText: "Update user" });
  await appears(page, update);
  assert.match(await update.innerText(), /400.*active/s);
  await visit.go();
  await page.getByRole("region", { name: "To do" }).getByRole("link", { name: "Show requests" }).first().click();
  await page.locator(".chip").waitFor();
  await page.locator(".chip").click();
  await page.waitForURL(/show=failed$/);
});

scenario("a request with a wrong token has its reason", {}, async (visit, page, server) => {
  await server.scim("GET", "/Users?count=1", undefined, server.adminToken);
  await server.scim("GET", "/Users?count=1", undefined, "rc_demo_unknown");
  await visit.go("requests?show=unauthorized");
  await appears(page, page.getByText("Use a Secret Token."));
  await appears(page, page.getByText("Check that the token is whole."));
  assert.ok(!(await page.content()).includes("rc_demo_unknown"));
});

scenario("a recording has the result of each attribute, and stops", {}, async (visit, page, server) => {
  await visit.open("Requests");
  await page.getByRole("button", { name: "Record everything for 1 hour" }).click();
  await page.getByText("Recording until").waitFor();
  const id = await server.create("mary@example.com", { displayName: "Mary Jackson" });
  await server.patch(id, { title: "Engineer", shoeSize: 7 });
  await visit.go("requests?show=recorded");
  // A recording is written with a later request.
  await page.waitForTimeout(2500);
  await server.scim("GET", "/Users?count=1");
  await appears(page, page.getByRole("link", { name: "Update user" }));
  await page.getByRole("link", { name: "Update user" }).first().click();
  const results = page.getByRole("region", { name: "Attributes in the request" });
  await results.getByRole("row").filter({ hasText: "title" }).getByText("kept").waitFor();
  await results.getByRole("row").filter({ hasText: "shoeSize" }).getByText("ignored").waitFor();
  await visit.go("requests");
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Record everything for 1 hour" }).waitFor();
});

scenario("the activity lists each change with its actor, and filters", {}, async (visit, page, server) => {
  const id = await server.create("joan@example.com", { displayName: "Joan Clarke" });
  await visit.setSources({ location: true });
  await visit.open("Activity");
  const changes = page.locator("#history .what");
  await appears(page, changes.filter({ hasText: "Administrator set the source of Location" }));
  await changes.filter({ hasText: "created Joan Clarke" }).first().waitFor();
  await page.getByLabel("Actor").selectOption({ label: "Administrator" });
  await page.getByRole("button", { name: "Filter" }).click();
  await page.waitForURL(/actor=/);
  for (const sentence of await visit.history()) assert.match(sentence, /^Administrator /);
  await page.getByRole("link", { name: "Clear filters" }).click();
  await page.waitForURL(/activity$/);
  await page.locator(`a[href$="person=${id}"]`).first().click();
  await page.waitForURL(/person=/);
  for (const sentence of await visit.history()) assert.match(sentence, /Joan Clarke/);
});
