// Data sources: a switch with Undo, its preview, ignored attributes, custom attributes.

import assert from "node:assert/strict";
import { ENTERPRISE, suite, texts } from "./support.mjs";

const scenario = suite();

scenario("a switch saves at once, and Undo brings the value back", {}, async (visit, page, server) => {
  const id = await server.create("ada@example.com", { displayName: "Ada Lovelace", department: "Engines" });
  await visit.setSources({ department: false });
  await visit.setOwn(id, { Department: "Research" });
  await visit.go("sources");
  const button = page.getByRole("switch", { name: "Set employee department info from Identity Provider" });
  assert.equal(await button.getAttribute("aria-checked"), "false");
  await button.click();
  const toast = page.locator(".toast");
  await toast.getByText(/^Department now comes from your identity provider\. 1 person changed\.$/).waitFor();
  assert.equal(await button.getAttribute("aria-checked"), "true");
  assert.ok(await button.evaluate((element) => element === document.activeElement), "the focus stays on the switch");
  assert.equal((await visit.value(id, "Department")).inUse, "Engines");

  await visit.go("sources");
  await button.click();
  await toast.getByText("Department now uses your values.").waitFor();
  await toast.getByRole("button", { name: "Undo" }).click();
  await page.locator("#source-department[aria-checked=true]").waitFor();
  assert.equal((await visit.value(id, "Department")).inUse, "Engines");

  // The other two attributes have not moved.
  await visit.go("sources");
  for (const name of ["location", "manager"]) {
    assert.equal(await page.locator(`#source-${name}`).getAttribute("aria-checked"), "false", name);
  }
});

scenario("an Undo never undoes a later change", {}, async (visit, page) => {
  visit.expected = [409];
  await visit.setSources({ location: false });
  const button = page.locator("#source-location");
  await button.click();
  const toast = page.locator(".toast");
  await toast.getByText("Location now comes from").waitFor();
  const other = await visit.context.newPage();
  await other.goto(page.url());
  await other.locator("#source-manager").click();
  await other.locator(".toast").waitFor();
  await toast.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Somebody changed the settings at the same time. Nothing was saved.").waitFor();
  await visit.go("sources");
  assert.equal(await button.getAttribute("aria-checked"), "true");
});

scenario("the preview shows the people that change, and switches", {}, async (visit, page, server) => {
  await visit.setSources({ manager: false });
  await server.create("grace@example.com", { displayName: "Grace Hopper" });
  await server.create("jean@example.com", { displayName: "Jean Bartik", manager: "grace@example.com" });
  const preview = page.getByRole("link", { name: "Preview Manager" });
  await preview.click();
  const dialog = page.getByRole("dialog");
  const row = dialog.getByRole("row").filter({ hasText: "Jean Bartik" });
  assert.deepEqual(await texts(row.getByRole("cell")), ["none", "grace@example.com"]);
  await dialog.getByRole("link", { name: "Cancel" }).click();
  assert.ok(await preview.evaluate((link) => link === document.activeElement));
  await preview.click();
  await dialog.getByRole("button", { name: /^Use / }).click();
  await visit.isTold("Manager now comes from");
  assert.match(page.url(), /\/sources\?done=/, "a reload shows the page");
  assert.equal(await page.locator("#source-manager").getAttribute("aria-checked"), "true");
});

scenario("an ignored attribute is shown without its value, hidden, and kept", {}, async (visit, page, server) => {
  const id = await server.create("annie@example.com", { displayName: "Annie Easley" });
  await server.patch(id, { [ENTERPRISE]: { costCentre: "4711" }, "urn:example:crew:2.0:User": { badge: "<b>7</b>" } });
  await visit.go("sources");
  const ignored = page.getByRole("region", { name: "Ignored attributes" });
  await ignored.getByText("costCentre", { exact: true }).first().waitFor();
  assert.ok(!/4711|<b>/.test(await ignored.innerText()), "no value");
  await ignored.getByRole("button", { name: "Hide costCentre" }).click();
  await ignored.getByText("1 attribute is hidden.").waitFor();
  await ignored.getByRole("button", { name: "Show hidden attributes" }).click();
  await ignored.getByText("costCentre", { exact: true }).first().waitFor();
  await ignored.getByRole("link", { name: "Keep badge" }).click();
  assert.equal(await page.getByLabel("Namespace").inputValue(), "urn:example:crew:2.0:User");
  await page.getByRole("button", { name: "Keep badge" }).click();
  await visit.isTold("Kept from now on.");
  const custom = page.getByRole("region", { name: "Custom attributes" });
  await custom.getByRole("rowheader", { name: "badge" }).waitFor();
  assert.equal(await ignored.getByText("badge", { exact: true }).count(), 0);
  await custom.getByRole("link", { name: "Remove badge" }).click();
  await page.getByRole("dialog").getByRole("button", { name: /Remove/ }).click();
  await custom.getByText("No custom attributes yet.").waitFor();
});
