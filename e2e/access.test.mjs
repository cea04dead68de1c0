// Tokens & access, sign-in, and links that survive a sign-in.

import assert from "node:assert/strict";
import { suite, texts } from "./support.mjs";

const scenario = suite();

scenario("a wrong token has an error beside the field, the right one opens the page that was asked for", { signedIn: false }, async (visit, page, server) => {
  visit.expected = [401];
  await visit.go("employees?status=archived&q=ada");
  await page.waitForURL(/sign-in\?next=/);
  await visit.signIn(server.scimToken);
  const problem = page.getByRole("alert");
  assert.match(await problem.innerText(), /does not work here.*not the Secret Token/);
  // Screen readers read the error with the field. The page does not show the token again.
  const field = page.getByLabel("Admin token");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.ok((await field.getAttribute("aria-describedby")).split(" ").includes(await problem.getAttribute("id")));
  assert.equal(await field.inputValue(), "");
  await visit.signIn();
  await visit.hasHeading("Employees");
  assert.equal(page.url(), `${server.pageUrl}employees?status=archived&q=ada`);
});

scenario("a sign-in never leads to another site", { signedIn: false }, async (visit, page, server) => {
  for (const next of ["//evil.example", "/\\evil.example", "javascript:alert(1)", "https://evil.example/"]) {
    await visit.context.clearCookies();
    await visit.go(`sign-in?next=${encodeURIComponent(next)}`);
    await visit.signIn();
    assert.ok(page.url().startsWith(server.pageUrl), `${next} led to ${page.url()}`);
  }
});

scenario("the session's cookie is for these pages and no script", {}, async (visit, page, server) => {
  const [cookie, ...others] = await visit.context.cookies();
  assert.deepEqual(others, []);
  const { name, path, httpOnly, sameSite } = cookie;
  const expected = { name: "rollcall_session", path: "/tenants/demo/", httpOnly: true, sameSite: "Lax" };
  assert.deepEqual({ name, path, httpOnly, sameSite }, expected);
  const hours = (cookie.expires - Date.now() / 1000) / 3600;
  assert.ok(hours > 7.9 && hours <= 8, `${hours} hours`);
  assert.ok(!cookie.value.includes(server.adminToken));
  assert.equal(await page.evaluate(() => document.cookie), "");
});

scenario("the Tenant URL is copied", { permissions: ["clipboard-read", "clipboard-write"] }, async (visit, page, server) => {
  await visit.go("connect/3");
  const button = page.locator("[data-copy=side-url]");
  await button.click();
  await page.locator("[data-copy=side-url]", { hasText: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), server.tenantUrl);
  await page.locator("[data-copy=side-url]", { hasText: /^Copy$/ }).waitFor();
});

scenario("a replaced token is shown once, and the old one works as long as was chosen", {}, async (visit, page, server) => {
  visit.expected = [409];
  const earlier = server.scimToken;
  assert.ok(await server.accepts(earlier));
  const token = await visit.replaceToken("1 hour", "Okta, spring");
  server.scimToken = token;
  assert.match(await page.getByRole("main").innerText(), /The old token “[^”]+” keeps working until/);
  assert.ok(await server.accepts(token) && await server.accepts(earlier));

  // A reload posts the form again. It must not replace a token that was used.
  await page.reload();
  assert.match(await page.getByRole("alert").innerText(), /This token was already replaced/);
  assert.ok(!(await page.content()).includes(token));
  assert.ok(await server.accepts(token));
  await visit.go("access");
  await page.getByRole("rowheader", { name: "Okta, spring" }).waitFor();
  assert.ok(!(await page.content()).includes(token));

  const last = await visit.replaceToken("Stop the old token now");
  server.scimToken = last;
  const ended = await texts(page.getByText(/^The old token .* stops within a minute/));
  assert.equal(ended.length, 2, ended.join());
  await page.getByRole("link", { name: "Done, I have copied it" }).click();
  await visit.hasHeading("Tokens & access");
  // The page was the answer to a form, and the browser does not keep it. So there is no page to go back to.
  await assert.rejects(page.goBack(), /ERR_CACHE_MISS/);
  await page.waitForURL(/^chrome-error:/);
  assert.ok(!(await page.content()).includes(last));
  await server.stopsAccepting(token);
  await server.stopsAccepting(earlier);
});

scenario("a token is created and revoked in dialogs, and the last Admin token stays", {}, async (visit, page, server) => {
  await visit.open("Tokens & access");
  const read = page.getByRole("region", { name: "Read tokens" });
  await read.getByRole("link", { name: "Create token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Label").fill("Directory");
  await dialog.getByRole("button", { name: "Create token" }).click();
  await visit.hasHeading("New Read token");
  await page.getByText("Copy it now. You will not see this token again.").waitFor();
  await page.getByRole("link", { name: "Done, I have copied it" }).click();
  await read.getByRole("link", { name: "Revoke “Directory”" }).click();
  await dialog.getByRole("button", { name: "Revoke token" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Cancel");
  await dialog.getByRole("button", { name: "Revoke token" }).click();
  await read.getByText("No active Read token.").waitFor();
  const admin = page.getByRole("region", { name: "Admin tokens" });
  await admin.getByText("This is the last Admin token.").waitFor();
  assert.equal(await admin.getByRole("link", { name: /^Revoke/ }).count(), 0);

  const secret = page.getByRole("region", { name: "Secret Tokens" });
  await secret.getByRole("link", { name: /^Revoke/ }).click();
  await dialog.getByText("cannot connect until it has a new token.").waitFor();
  await dialog.getByRole("button", { name: "Revoke token" }).click();
  await secret.getByText("No active Secret Token.").waitFor();
  await secret.getByRole("link", { name: "Create token" }).click();
  await dialog.getByRole("button", { name: "Create token" }).click();
  await visit.hasHeading("New Secret Token");
  server.scimToken = await page.locator("#token").innerText();
  assert.ok(await server.accepts(server.scimToken));
});

scenario("signing out leads every page to the sign-in", {}, async (visit, page, server) => {
  visit.expected = [403];
  const other = await visit.context.newPage();
  await other.goto(`${server.pageUrl}sources`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await visit.isTold("You are signed out");
  assert.deepEqual(await visit.context.cookies(), []);
  for (const path of ["employees", "employees/none", "activity"]) {
    await visit.go(path);
    await page.getByLabel("Admin token").waitFor();
  }
  // An old page in another tab changes nothing.
  await other.locator("#source-location").click();
  await other.getByText("You were signed out. Nothing changed.").or(other.getByLabel("Admin token")).first().waitFor();
});
