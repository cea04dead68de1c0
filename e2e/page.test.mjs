// Uses the account settings page like an administrator, in a real browser with a real server.

import assert from "node:assert/strict";
import { ENTERPRISE, suite } from "./support.mjs";

const scenario = suite();

scenario("a wrong token is told what to do, the right one opens the settings", { signedIn: false }, async (visit, page, server) => {
  visit.expected = [401];
  await visit.signIn(server.scimToken);
  const problem = page.getByRole("alert");
  assert.match(await problem.innerText(), /not a valid admin token.*starts with rc_.*not the Secret Token/s);
  // Screen readers read the error with the field. The page does not show the token again.
  const field = page.getByLabel("Admin token");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.equal(await field.getAttribute("aria-describedby"), await problem.getAttribute("id"));
  assert.equal(await field.inputValue(), "");
  await visit.signIn();
  await page.getByRole("heading", { name: "SCIM 2.0" }).waitFor();
});

scenario("the Tenant URL is copied", { permissions: ["clipboard-read", "clipboard-write"] }, async (visit, page, server) => {
  const button = page.getByRole("button", { name: "Copy" });
  await button.click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), server.tenantUrl);
  await button.waitFor();
});

scenario("the session's cookie is for these pages and no script", {}, async (visit, page, server) => {
  const [cookie, ...others] = await visit.context.cookies();
  assert.deepEqual(others, []);
  const { name, path, httpOnly, sameSite } = cookie;
  const expected = { name: "rollcall_session", path: "/tenants/demo/", httpOnly: true, sameSite: "Strict" };
  assert.deepEqual({ name, path, httpOnly, sameSite }, expected);
  const hours = (cookie.expires - Date.now() / 1000) / 3600;
  assert.ok(hours > 7.9 && hours <= 8, `${hours} hours`);
  assert.ok(!cookie.value.includes(server.adminToken));
  assert.equal(await page.evaluate(() => document.cookie), "");
});

scenario("a rotated token is shown once, and the one before works as long as was chosen", {}, async (visit, page, server) => {
  visit.expected = [409];
  const earlier = server.scimToken;
  const token = await visit.rotate("1 hour", "Okta, spring");
  server.scimToken = token;
  assert.match(await page.getByRole("main").innerText(), /The earlier token Identity Provider \(.*\) works until/);
  assert.ok(await server.accepts(token) && await server.accepts(earlier));

  // A reload posts the form again. It must not show the token or make another token.
  await page.reload();
  assert.match(await page.getByRole("alert").innerText(), /nothing was changed now/);
  assert.ok(!(await page.content()).includes(token));
  assert.ok(await server.accepts(token));
  await page.getByRole("link", { name: "Go to the account settings" }).click();
  await page.getByRole("rowheader", { name: "Okta, spring" }).waitFor();
  assert.ok(!(await page.content()).includes(token));

  const last = await visit.rotate("no longer: it ends now");
  server.scimToken = last;
  const ended = await page.getByText(/^The earlier token .* has ended/).allInnerTexts();
  assert.equal(ended.length, 2, ended.join());
  await page.getByRole("link", { name: "Done, I have copied it" }).click();
  await visit.hasHeading("Account settings");
  // The page was the answer to a form, and the browser does not keep it. So there is no page to go back to.
  await assert.rejects(page.goBack(), /ERR_CACHE_MISS/);
  await page.waitForURL(/^chrome-error:/);
  assert.ok(!(await page.content()).includes(last));
  await server.stopsAccepting(token);
  await server.stopsAccepting(earlier);
});

scenario("the settings decide at once what counts, without another sync", {}, async (visit, page, server) => {
  const sent = { Location: "GB", Department: "R&D", Manager: "grace@example.com" };
  const own = { Location: "Berlin", Department: "Research", Manager: "linus@example.com" };
  const id = await server.create("ada@example.com", {
    displayName: "Ada Lovelace", location: sent.Location, department: sent.Department, manager: sent.Manager,
  });
  await visit.set({ location: false, department: false, manager: false });
  await visit.setOwn(id, own);
  for (const attribute of Object.keys(sent)) {
    const both = { sent: sent[attribute], own: own[attribute] };
    const mine = { counts: own[attribute], origin: "your own values", ...both };
    const theirs = { counts: sent[attribute], origin: "identity provider", ...both };
    assert.deepEqual(await visit.value(id, attribute), mine);
    await visit.set({ [attribute.toLowerCase()]: true });
    assert.deepEqual(await visit.value(id, attribute), theirs);
    // The form changes one of three settings. The others stay.
    const others = Object.keys(sent).filter((other) => other !== attribute);
    for (const other of others) assert.equal((await visit.value(id, other)).counts, own[other]);
    await visit.set({ [attribute.toLowerCase()]: false });
    assert.deepEqual(await visit.value(id, attribute), mine);
  }

  await server.patch(id, { [ENTERPRISE]: { location: "US" } });
  const kept = { counts: "Berlin", origin: "your own values", sent: "US", own: "Berlin" };
  assert.deepEqual(await visit.value(id, "Location"), kept);
  await visit.set({ location: true });
  assert.equal((await visit.value(id, "Location")).counts, "US");
  await visit.setOwn(id, { Location: "" });
  assert.equal((await visit.value(id, "Location")).own, "none");
});

scenario("somebody who left is found, with everything that happened", {}, async (visit, page, server) => {
  const id = await server.create("katherine@example.com", { displayName: "Katherine Johnson", title: "Computer" });
  await server.patch(id, { title: "Mathematician" });
  await server.patch(id, { active: false });
  const find = async (status) => {
    await page.getByRole("link", { name: "Employees", exact: true }).click();
    await page.getByLabel("starts with").fill("kath");
    await page.getByLabel("Status").selectOption(status);
    await page.getByRole("button", { name: "Search" }).click();
  };
  await find("Active");
  await page.getByText("has a userName, an email or a word of the name that starts like this").waitFor();
  await find("Archived");
  const row = page.getByRole("row").filter({ hasText: "katherine@example.com" });
  assert.match(await row.innerText(), /Archived/);
  await row.getByRole("link", { name: "Katherine Johnson" }).click();
  await visit.hasHeading("Katherine Johnson Archived");
  const [archived, updated, created] = await visit.history();
  assert.match(archived, /^Archived by Identity Provider, .* active true → became false/);
  assert.match(updated, /^Updated by Identity Provider, .* title Computer → became Mathematician/);
  assert.match(created, /^Created by Identity Provider, .* userName → became katherine@example.com/);
  assert.equal(await page.getByText("The identity provider deleted this user").count(), 0);

  assert.equal((await server.scim("DELETE", `/Users/${id}`)).status, 204);
  await find("Archived");
  assert.match(await row.innerText(), /deleted in the identity provider/);
  await row.getByRole("link").click();
  await page.getByText("The identity provider deleted this user").waitFor();
  assert.match((await visit.history())[0], /^Deleted in the identity provider, and archived here by /);

  await page.getByRole("button", { name: "Restore" }).click();
  await visit.isTold("The employee is active again");
  await visit.hasHeading("Katherine Johnson Active");
  assert.equal((await server.scim("GET", `/Users/${id}`)).body.active, true);
});

scenario("an unknown attribute is shown until it is declared", {}, async (visit, page, server) => {
  const id = await server.create("annie@example.com", { displayName: "Annie Easley" });
  await server.patch(id, { [ENTERPRISE]: { costCentre: "4711" }, "urn:example:crew:2.0:User": { badge: "<b>7</b>" } });
  await visit.go();
  const sync = page.getByRole("region", { name: "Sync" });
  await sync.getByText(`${ENTERPRISE}:costCentre`).waitFor();
  await sync.getByText("urn:example:crew:2.0:User:badge").waitFor();
  assert.ok(!(await sync.innerText()).includes("4711"), "no value");
  await page.getByText("Add an attribute").click();
  await page.getByLabel("Name", { exact: true }).fill("badge");
  await page.getByLabel("Namespace").fill("urn:example:crew:2.0:User");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("rowheader", { name: "badge" }).waitFor();
  await sync.getByText(`${ENTERPRISE}:costCentre`).waitFor();
  assert.equal(await sync.getByText("crew:2.0:User:badge").count(), 0);
});

scenario("an employee's page reads the same every time, and its history has pages", {}, async (visit, page, server) => {
  const name = { givenName: "Mary", familyName: "Jackson" };
  const id = await server.create("mary@example.com", { displayName: "Mary Jackson", nickName: "MJ", name });
  for (let step = 1; step <= 20; step += 1) await server.patch(id, { title: `Engineer ${step}` });
  await visit.go(`employees/${id}`);
  const facts = page.getByRole("region", { name: "From the identity provider" });
  const first = await facts.innerText();
  for (let times = 0; times < 5; times += 1) {
    await page.reload();
    assert.equal(await facts.innerText(), first);
  }
  assert.equal((await visit.history()).length, 20);
  await page.getByRole("link", { name: "Older" }).click();
  await page.waitForURL(/cursor=/);
  const entries = await visit.history();
  assert.equal(entries.length, 1);
  assert.match(entries[0], /^Created /);
});

scenario("erasing needs the id typed, and leaves nothing", {}, async (visit, page, server) => {
  visit.expected = [400, 404];
  const id = await server.create("grace@example.com", { displayName: "Grace Hopper" });
  await visit.go(`employees/${id}`);
  await page.getByRole("button", { name: "Archive" }).click();
  await visit.isTold("The employee is archived");
  await page.getByText("Erase for good").click();
  const erase = page.getByRole("button", { name: "Erase the employee" });
  await erase.click();
  const field = page.getByLabel("Employee id");
  assert.ok(await field.evaluate((input) => input.validity.valueMissing), "an empty field is not sent");
  await field.fill(id.toUpperCase().slice(1));
  await erase.click();
  assert.match(await page.getByRole("alert").innerText(), /Nothing was erased/);
  await visit.go(`employees/${id}`);
  await page.getByText("Erase for good").click();
  await field.fill(id);
  await erase.click();
  await visit.isTold("The employee and the whole history are erased");
  await visit.go(`employees/${id}`);
  await visit.hasHeading("Not found");
  assert.equal((await server.scim("GET", `/Users/${id}`)).status, 404);
});

scenario("the activity lists what was done with settings and tokens", {}, async (visit, page, server) => {
  await visit.set({ location: false, department: false });
  await visit.set({ location: true });
  server.scimToken = await visit.rotate("24 hours", "Entra ID");
  await page.getByRole("link", { name: "Activity" }).click();
  await visit.hasHeading("Activity");
  const [rotated, changed] = await visit.history();
  assert.match(rotated, /^Token rotated by Administrator, .* became Entra ID/);
  assert.match(changed, /^Settings changed by Administrator, .* location from the identity provider false → became true/);
  assert.doesNotMatch(changed, /epartment/);
});

scenario("who signed out is led to sign-in", {}, async (visit, page, server) => {
  visit.expected = [403];
  const other = await visit.context.newPage();
  await other.goto(server.pageUrl);
  await page.getByRole("button", { name: "Sign out" }).click();
  await visit.isTold("You are signed out");
  assert.deepEqual(await visit.context.cookies(), []);
  for (const path of ["", "employees", "employees/none", "activity"]) {
    await visit.go(path);
    assert.equal(page.url(), server.pageUrl);
    await page.getByLabel("Admin token").waitFor();
  }
  // An old page in another tab cannot change anything.
  await other.getByRole("button", { name: "Save" }).click();
  assert.match(await other.getByRole("alert").innerText(), /nothing was changed\. Sign in/);
});

scenario("a keyboard is enough, and shows where it is", { signedIn: false }, async (visit, page, server) => {
  const goTo = async (target) => {
    for (let stops = 0; stops < 60; stops += 1) {
      await page.keyboard.press("Tab");
      const focus = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        const { left, top, right, bottom } = document.activeElement.getBoundingClientRect();
        const inView = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
        return { tag: document.activeElement.outerHTML.slice(0, 120), outlineStyle, width: parseFloat(outlineWidth), inView };
      });
      assert.ok(focus.outlineStyle !== "none" && focus.width >= 2 && focus.inView, JSON.stringify(focus));
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    assert.fail(`no way to ${target}`);
  };
  await visit.go();
  await goTo(page.getByRole("link", { name: "Skip to the content" }));
  await page.keyboard.press("Enter");
  await goTo(page.getByLabel("Admin token"));
  await page.keyboard.type(server.adminToken);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "SCIM 2.0" }).waitFor();
  const setting = page.getByRole("switch", { name: "Set employee manager info from Identity Provider" });
  await goTo(setting);
  const before = await setting.isChecked();
  await page.keyboard.press("Space");
  assert.equal(await setting.isChecked(), !before);
  await goTo(page.getByRole("button", { name: "Save" }));
  await page.keyboard.press("Enter");
  await visit.isTold("The settings are saved");
  assert.equal(await setting.isChecked(), !before);
  await goTo(page.getByText("Rotate the Secret Token"));
  await page.keyboard.press("Enter");
  await goTo(page.getByLabel("The current token stays valid for").first());
  await visit.go();
  await goTo(page.getByRole("button", { name: "Sign out" }));
  await page.keyboard.press("Space");
  await visit.isTold("You are signed out");
});
