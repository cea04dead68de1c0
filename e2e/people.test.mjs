// Employees: search and pages, own values, archive and undo, restore, erase.

import assert from "node:assert/strict";
import { ENTERPRISE, suite, texts } from "./support.mjs";

const scenario = suite();

scenario("an archived employee is back with Undo, and with Restore after a deletion", {}, async (visit, page, server) => {
  const id = await server.create("katherine@example.com", { displayName: "Katherine Johnson", title: "Computer" });
  await server.patch(id, { title: "Mathematician" });
  await visit.search("kath");
  await page.getByRole("link", { name: "Katherine Johnson" }).click();
  await visit.hasHeading("Katherine Johnson Active");

  // The question is a dialog of the page. The focus is on the way out, and returns to the link.
  const archive = page.getByRole("link", { name: "Archive" });
  await archive.click();
  const question = page.getByRole("dialog");
  await question.getByText("The record and its history stay.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Cancel");
  await question.getByRole("link", { name: "Cancel" }).click();
  assert.ok(await archive.evaluate((link) => link === document.activeElement));
  await archive.click();
  await question.getByRole("button", { name: "Archive employee" }).click();
  await visit.isTold("is archived.");
  await visit.hasHeading("Katherine Johnson Archived");
  await page.getByRole("button", { name: "Undo" }).click();
  await visit.isTold("is active again");
  await visit.hasHeading("Katherine Johnson Active");

  assert.equal((await server.scim("DELETE", `/Users/${id}`)).status, 204);
  await visit.search("kath");
  await page.getByText("No active employee matches “kath”.").waitFor();
  await visit.search("kath", "Archived");
  const row = page.getByRole("row").filter({ hasText: "katherine@example.com" });
  assert.match(await row.innerText(), /deleted/);
  await row.getByRole("link", { name: "Katherine Johnson" }).click();
  await page.getByText("deleted this user").waitFor();
  await page.getByRole("button", { name: "Restore" }).click();
  await visit.isTold("is active again");
  assert.equal((await server.scim("GET", `/Users/${id}`)).body.active, true);

  await page.getByRole("link", { name: /^History/ }).click();
  await page.waitForURL(/history$/);
  const sentences = await visit.history();
  assert.match(sentences.at(-1), /created this employee/);
  assert.match(sentences.at(-2), /changed title: .*Computer → .*Mathematician/);
  assert.ok(sentences.filter((sentence) => /archived this employee/.test(sentence)).length >= 1, sentences.join("\n"));
});

scenario("erasing needs the userName typed, and leaves nothing", {}, async (visit, page, server) => {
  visit.expected = [422, 404];
  const id = await server.create("grace@example.com", { displayName: "Grace Hopper" });
  await server.patch(id, { active: false });
  await visit.go(`employees/${id}`);
  await page.getByRole("link", { name: "Erase" }).click();
  const erase = page.getByRole("button", { name: "Erase permanently" });
  await erase.click();
  const field = page.getByLabel("Type the userName");
  assert.ok(await field.evaluate((input) => input.validity.valueMissing), "an empty field is not sent");
  await field.fill(id);
  await erase.click();
  await page.getByText("Type grace@example.com.").waitFor();
  assert.equal(await field.inputValue(), id);
  await field.fill("Grace@example.com");
  await erase.click();
  await visit.isTold("erased");
  await visit.go(`employees/${id}`);
  await visit.hasHeading(/not found/i);
  assert.equal((await server.scim("GET", `/Users/${id}`)).status, 404);
});

scenario("a value is edited in a dialog and on its page, and shows which one is in use", {}, async (visit, page, server) => {
  const sent = { location: "GB", department: "R&D", manager: "grace@example.com" };
  const id = await server.create("ada@example.com", { displayName: "Ada Lovelace", ...sent });
  await visit.setSources({ location: false, department: true, manager: true });
  await visit.go(`employees/${id}`);
  const edit = page.getByRole("link", { name: "Edit Location" });
  await edit.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Your value").waitFor();
  await page.keyboard.press("Escape");
  assert.ok(await edit.evaluate((link) => link === document.activeElement));
  await edit.click();
  await dialog.getByLabel("Your value").fill("Berlin");
  await dialog.getByRole("button", { name: "Save value" }).click();
  await visit.isTold("Saved.");
  assert.deepEqual(await visit.value(id, "Location"), { inUse: "Berlin", source: "You", sent: "GB", own: "Berlin" });

  await visit.setOwn(id, { Department: "Research" });
  const department = await visit.value(id, "Department");
  assert.equal(department.inUse, "R&D");
  assert.match(department.own, /^Research \(not in use: .* value is\)$/);

  // A sync changes the value that was sent. The own value stays in use.
  await server.patch(id, { [ENTERPRISE]: { location: "US" } });
  assert.deepEqual(await visit.value(id, "Location"), { inUse: "Berlin", source: "You", sent: "US", own: "Berlin" });
  await visit.setOwn(id, { Location: "" });
  assert.equal((await visit.value(id, "Location")).own, "–");

  // A value that is too long keeps the form.
  visit.expected = [422];
  await visit.go(`employees/${id}/values/location`);
  await page.getByLabel("Your value").fill("x".repeat(5000));
  await page.getByRole("button", { name: "Save value" }).click();
  await page.locator(".field-error").waitFor();
  assert.equal(await page.getByLabel("Your value").getAttribute("aria-invalid"), "true");
  assert.equal((await page.getByLabel("Your value").inputValue()).length, 5000);
});

scenario("people are found by any word, and the list goes forth and back", {}, async (visit, page, server) => {
  const hands = Array.from({ length: 60 }, (_, n) => server.create(`hand${n}@example.com`, {
    displayName: `Hand Number${String(n).padStart(2, "0")}`, name: { givenName: "Hand", familyName: `Number${String(n).padStart(2, "0")}` },
    title: n === 7 ? "Dröger Kapitän" : undefined,
  }));
  await Promise.all(hands);
  await visit.search("hand");
  const names = () => texts(page.locator("tbody th a"));
  const first = await names();
  assert.equal(first.length, 50);
  await page.getByRole("link", { name: "Next" }).click();
  await page.waitForURL(/cursor=/);
  const second = await names();
  assert.equal(second.length, 10);
  await page.getByRole("link", { name: "Previous" }).click();
  await page.getByText("Hand Number00").waitFor();
  assert.deepEqual(await names(), first);
  assert.deepEqual([...first, ...second], [...first, ...second].toSorted());
  for (const text of ["kapitan", "number07 hand", "hand7@example.com"]) {
    await visit.search(text);
    assert.deepEqual(await names(), ["Hand Number07"], text);
  }
  await visit.search("zzzz");
  await page.getByText("No active employee matches “zzzz”.").waitFor();
  await page.getByRole("link", { name: "Search all employees" }).click();
  await page.getByText("No employee matches “zzzz”.").waitFor();
});

scenario("a history has pages", {}, async (visit, page, server) => {
  const name = { givenName: "Mary", familyName: "Jackson" };
  const id = await server.create("mary@example.com", { displayName: "Mary Jackson", nickName: "MJ", name });
  for (let step = 1; step <= 50; step += 1) await server.patch(id, { title: `Engineer ${step}` });
  await visit.go(`employees/${id}/history`);
  assert.equal((await visit.history()).length, 50);
  await page.getByRole("link", { name: "Older" }).click();
  await page.waitForURL(/cursor=/);
  const entries = await visit.history();
  assert.equal(entries.length, 1);
  assert.match(entries[0], /created this employee/);
});

scenario("people are imported before the identity provider sends them", {}, async (visit, page, server) => {
  await visit.go("employees/import");
  await page.getByLabel("People, as CSV").fill("userName,displayName,department\nannie@example.com,Annie Easley,Engines\n");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("table").getByText("Annie Easley").waitFor();
  await page.getByRole("button", { name: "Import 1 employee" }).click();
  await visit.isTold("1 ");
  const found = await server.scim("GET", `/Users?filter=${encodeURIComponent('userName eq "annie@example.com"')}`);
  assert.equal(found.body.totalResults, 1);
  await visit.search("easley");
  await page.getByRole("link", { name: "Annie Easley" }).click();
  await page.getByText(/imported/).first().waitFor();
});
