// The whole way once with the keyboard only. Each stop of the focus is visible and in view.

import assert from "node:assert/strict";
import { tabTo } from "./checks.mjs";
import { suite } from "./support.mjs";

const scenario = suite();

scenario("a keyboard is enough, shows where it is, and returns from each dialog", { signedIn: false }, async (visit, page, server) => {
  const enter = () => page.keyboard.press("Enter");
  const hasFocus = (locator) => locator.evaluate((element) => element === document.activeElement);
  const pressButton = async (name, within = page.getByRole("main")) => {
    await tabTo(page, within.getByRole("button", { name, exact: true }).first());
    await enter();
  };
  const followLink = async (name, within = page.getByRole("main")) => {
    await tabTo(page, within.getByRole("link", { name }).first());
    await enter();
  };
  const rail = page.locator(".rail");
  const dialog = page.locator("#dialog");

  // Sign in: the field has the focus already.
  await visit.go();
  await page.getByLabel("Admin token").waitFor();
  assert.ok(await hasFocus(page.getByLabel("Admin token")));
  await page.keyboard.type(server.adminToken);
  await enter();
  await page.waitForURL(/connect/);
  await tabTo(page, page.getByRole("link", { name: "Skip to the content" }));
  await enter();

  // Connect.
  await followLink("Choose");
  await page.getByRole("heading", { name: "Which identity provider do you use?" }).waitFor();
  await tabTo(page, page.getByLabel("Okta"));
  await page.keyboard.press("Space");
  await pressButton("Continue");
  await page.getByRole("heading", { name: "Create the Secret Token" }).waitFor();
  await pressButton("Create token");
  await page.getByRole("heading", { name: "Paste the values" }).waitFor();
  server.scimToken = await page.locator("#token").innerText();
  await server.scim("GET", "/Users?startIndex=1&count=2");
  await visit.isTold("Got it");
  await followLink("Continue");
  await page.waitForURL(/connect\/4/);
  await server.create("grace@example.com", { displayName: "Grace Hopper", department: "Navy" });

  // A switch keeps the focus. The toast waits while it has the focus.
  await followLink("Data sources", rail);
  await visit.hasHeading("Data sources");
  const department = page.locator("#source-department");
  await tabTo(page, department);
  await page.keyboard.press("Space");
  await page.locator("#source-department[aria-checked=true]").waitFor();
  assert.ok(await hasFocus(department));
  await pressButton("Undo", page.locator("#toasts"));
  await page.locator("#source-department[aria-checked=false]").waitFor();
  const preview = page.getByRole("link", { name: "Preview Department" });
  await tabTo(page, preview);
  await enter();
  await dialog.getByRole("row").first().waitFor();
  await page.keyboard.press("Escape");
  assert.ok(await hasFocus(preview));

  // Shortcuts: the list, the search, a row.
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  await visit.hasHeading("Employees");
  await page.keyboard.press("/");
  assert.ok(await hasFocus(page.getByLabel("Search employees")));
  await page.keyboard.type("hopper");
  await enter();
  await page.waitForURL(/q=hopper/);
  await page.keyboard.press("j");
  assert.ok(await hasFocus(page.getByRole("link", { name: "Grace Hopper" })));
  await enter();
  await visit.hasHeading("Grace Hopper Active");

  // A value, in the dialog.
  const edit = page.getByRole("link", { name: "Edit Location" });
  await tabTo(page, edit);
  await enter();
  await dialog.getByLabel("Your value").waitFor();
  assert.ok(await hasFocus(dialog.getByLabel("Your value")));
  await page.keyboard.press("Escape");
  assert.ok(await hasFocus(edit));
  await enter();
  await dialog.getByLabel("Your value").waitFor();
  await page.keyboard.type("Arlington");
  await enter();
  await visit.isTold("Saved.");

  // Archive, undo, archive, erase.
  const archive = page.getByRole("link", { name: "Archive" });
  await tabTo(page, archive);
  await enter();
  await dialog.getByRole("button", { name: "Archive employee" }).waitFor();
  await enter(); // The focus is on Cancel.
  await dialog.waitFor({ state: "hidden" });
  assert.ok(await hasFocus(archive));
  await enter();
  await pressButton("Archive employee", dialog);
  await visit.hasHeading("Grace Hopper Archived");
  await pressButton("Undo", page.locator("#toasts"));
  await visit.hasHeading("Grace Hopper Active");
  await followLink("Archive");
  await pressButton("Archive employee", dialog);
  await visit.hasHeading("Grace Hopper Archived");
  await followLink("Erase");
  await visit.hasHeading("Erase Grace Hopper permanently?");
  await tabTo(page, page.getByLabel("Type the userName"));
  await page.keyboard.type("grace@example.com");
  await pressButton("Erase permanently");
  await visit.isTold("erased");

  // The list of shortcuts turns single keys off.
  await page.keyboard.press("?");
  const keys = page.locator("#keys");
  await tabTo(page, keys.getByLabel("Use single-key shortcuts"));
  await page.keyboard.press("Space");
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  assert.ok(page.url().includes("employees"), page.url());
  await pressButton("Sign out", rail);
  await visit.isTold("You are signed out");
});
