// Single sign-on, with a certified provider on another site. Each first sign-in goes through the provider's login form:
// only then does a browser keep a cookie of the other site from the callback.

import assert from "node:assert/strict";
import { IdentityProvider, KEY_CLIENT, SECRET_CLIENT, logIn, logOut } from "./identity-provider.mjs";
import { Visit, suite } from "./support.mjs";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const LINK = "Sign in with single sign-on";

const scenario = suite({ prepare });

async function prepare(server, browser) {
  const provider = await IdentityProvider.start(server);
  server.provider = provider;
  server.barbara = await person(server, "barbara", { displayName: "Barbara Jensen" });
  server.group = await server.createGroup("Administrators", [server.barbara]);
  const visit = await Visit.open(browser, server);
  await visit.signIn();
  await setUp(visit);
  await tryIt(visit, "barbara");
  assert.deepEqual(visit.troubles, []);
  await visit.context.close();
  return () => provider.stop();
}

/** Creates an employee whose externalId is the login at the provider. */
async function person(server, login, more = {}) {
  return server.create(`${login}@example.com`, { externalId: login, ...more });
}

/** Changes the members of the administrators' group, as an identity provider does. */
async function push(server, op, id) {
  const change = op === "add" ? { op, path: "members", value: [{ value: id }] } : { op, path: `members[value eq "${id}"]` };
  const answer = await server.scim("PATCH", `/Groups/${server.group}`, { schemas: [PATCH], Operations: [change] });
  assert.ok([200, 204].includes(answer.status), JSON.stringify(answer.body));
}

async function administrator(server, login) {
  const id = await person(server, login);
  await push(server, "add", id);
  return id;
}

/** Fills the card, as an administrator does. */
async function setUp(visit) {
  const { page, server } = visit;
  await visit.go("access");
  await page.getByRole("link", { name: /single sign-on/ }).click();
  await visit.hasHeading("Single sign-on");
  assert.match(await page.getByRole("main").innerText(), new RegExp(`${server.pageUrl}sso/callback`));
  await page.getByLabel("Issuer", { exact: true }).fill(server.provider.issuer);
  await page.getByLabel("Client ID").fill(SECRET_CLIENT);
  await page.getByLabel(/Rollcall proves itself by|Client authentication/).selectOption("Client secret");
  await page.getByLabel("Client secret", { exact: true }).fill(server.provider.secret);
  await page.getByLabel("Members of a group").fill("Administrators");
  await page.getByRole("button", { name: "Save and check" }).click();
  await page.getByRole("status").filter({ hasText: `Found ${server.provider.issuer}` }).waitFor();
  assert.ok(!(await page.content()).includes(server.provider.secret));
}

/** Tries the configuration on the card, in a console session. */
async function tryIt(visit, login) {
  const { page } = visit;
  await visit.go("access/sso");
  await page.getByRole("link", { name: "Try it" }).click();
  await logIn(page, login);
  await page.waitForURL(/\/sso\/result/);
  await page.getByText("You may sign in.").waitFor();
}

/** Signs in on the sign-in page, through the provider's form. */
async function signInAs(visit, login) {
  if (!visit.page.url().includes("/sign-in")) await visit.go("sign-in");
  await visit.page.getByRole("link", { name: LINK }).click();
  await logIn(visit.page, login);
}

/** Expects the refusal page, and no session after it. */
async function isRefused(visit, text) {
  const { page } = visit;
  await page.getByText(text).waitFor();
  assert.match(await page.getByRole("main").innerText(), /Reference: [A-Z0-9]{8}/);
  assert.ok(!(await visit.context.cookies()).some((cookie) => cookie.name === "rollcall_session"));
}

const session = async (visit) =>
  (await visit.context.cookies()).find((cookie) => cookie.name === "rollcall_session");

for (const javaScriptEnabled of [true, false]) {
  const way = javaScriptEnabled ? "with a script" : "without a script";
  const login = javaScriptEnabled ? "ada" : "alan";
  const options = { signedIn: false, javaScriptEnabled };
  scenario(`link, login form, deep link, change, sign-out ${way}`, options, async (visit, page, server) => {
    const id = await administrator(server, login);
    await visit.go("employees?status=archived&q=ada");
    await page.waitForURL(/sign-in\?next=/);
    await page.getByText("Use the admin token").waitFor();
    await signInAs(visit, login);
    await visit.hasHeading("Employees");
    assert.equal(page.url(), `${server.pageUrl}employees?status=archived&q=ada`);
    const { path, httpOnly, sameSite, expires } = await session(visit);
    assert.deepEqual({ path, httpOnly, sameSite }, { path: "/tenants/demo/", httpOnly: true, sameSite: "Lax" });
    assert.ok(Math.abs((expires - Date.now() / 1000) / 3600 - 8) < 0.1);
    const attempts = (await visit.context.cookies()).filter((cookie) => cookie.name.startsWith("rollcall_attempt_"));
    assert.deepEqual(attempts, []);
    // The history names the administrator.
    await visit.go(`employees/${server.barbara}/values/location`);
    await page.getByLabel("Your value").fill(`Seen by ${login}`);
    await page.getByRole("button", { name: "Save value" }).click();
    await page.waitForURL(new RegExp(`employees/${server.barbara}`));
    const history = await server.admin("GET", `employees/${server.barbara}/history?limit=1`);
    const { kind, employeeId, label, name } = history.entries[0].actor;
    assert.deepEqual({ kind, employeeId, label }, { kind: "administrator", employeeId: id, label: "Administrator" });
    assert.ok(name.includes(`${login}@example.com`), name);

    const old = await session(visit);
    await page.getByRole("button", { name: "Sign out" }).click();
    await visit.isTold("You are signed out");
    assert.deepEqual((await visit.context.cookies()).filter((cookie) => cookie.name.startsWith("rollcall")), []);
    // A copy of the cookie is void: the session ended on the server.
    await visit.context.addCookies([old]);
    await visit.go("employees");
    await page.getByRole("link", { name: LINK }).waitFor();
    assert.deepEqual(server.provider.failures, []);
  });
}

scenario("two tabs sign in at once", { signedIn: false }, async (visit, page, server) => {
  await administrator(server, "grace");
  const other = await visit.context.newPage();
  await visit.go("sso/start?next=employees");
  await other.goto(`${server.pageUrl}sso/start?next=groups`);
  await logIn(other, "grace");
  await other.getByRole("heading", { level: 1, name: "Groups" }).waitFor();
  await logIn(page, "grace");
  await visit.hasHeading("Employees");
});

scenario("an unknown account and a foreign one see a sentence of ours", { signedIn: false }, async (visit, page, server) => {
  visit.expected = [403, 400];
  await signInAs(visit, "stranger");
  await isRefused(visit, "no employee here");
  // A start for another issuer leads nowhere.
  const response = await page.goto(`${server.pageUrl}sso/start?iss=${encodeURIComponent("https://evil.example")}`);
  assert.equal(response.status(), 400);
  assert.ok(page.url().startsWith(server.pageUrl));
  // The person says no at the provider.
  const own = await Visit.open(visit.context.browser(), server);
  own.expected = [403];
  await own.go("sso/start");
  await own.page.getByRole("link", { name: /Cancel/ }).click();
  await own.page.waitForURL(/sso\/refused/);
  await isRefused(own, "Sign-in did not complete.");
  assert.deepEqual(own.troubles, []);
  await own.context.close();
});

scenario("archive ends the session at the next click, and a restore admits again", { signedIn: false }, async (visit, page, server) => {
  visit.expected = [403];
  const id = await administrator(server, "edsger");
  await signInAs(visit, "edsger");
  await visit.open("Employees");
  const old = await session(visit);
  await server.patch(id, { active: false });
  await page.locator(".rail").getByRole("link", { name: "Groups", exact: true }).click();
  await isRefused(visit, "Your employee record is archived.");
  await visit.go("sso/start");
  await isRefused(visit, "Your employee record is archived.");
  await server.patch(id, { active: true });
  await visit.go("sso/start?next=groups");
  await visit.hasHeading("Groups");

  // DELETE and return: not an administrator, until the identity provider pushes the group again.
  assert.equal((await server.scim("DELETE", `/Users/${id}`)).status, 204);
  await page.locator(".rail").getByRole("link", { name: "Employees", exact: true }).click();
  await page.getByText(/Reference: /).waitFor();
  assert.equal(await session(visit), undefined);
  assert.equal(await person(server, "edsger"), id);
  await visit.go("sso/start");
  await isRefused(visit, "You are not an administrator of this account.");
  await push(server, "add", id);
  await visit.context.addCookies([old]);
  await visit.go("employees");
  // A session from before the return is void.
  await page.getByRole("link", { name: LINK }).waitFor();
  await visit.go("sso/start?next=groups");
  await visit.hasHeading("Groups");
});

scenario("removal from the pushed group ends the session at the next click", { signedIn: false }, async (visit, page, server) => {
  visit.expected = [403];
  const id = await administrator(server, "barbara-l");
  await signInAs(visit, "barbara-l");
  await visit.open("Employees");
  await push(server, "remove", id);
  await page.locator(".rail").getByRole("link", { name: "Groups", exact: true }).click();
  await isRefused(visit, "You are not an administrator of this account.");
  await push(server, "add", id);
  await visit.go("sso/start?next=groups");
  await visit.hasHeading("Groups");
});

scenario("a sign-out at the provider ends the session here", { signedIn: false }, async (visit, page, server) => {
  visit.expected = [403];
  await administrator(server, "donald");
  await signInAs(visit, "donald");
  await visit.open("Employees");
  const before = server.provider.loggedOut;
  const other = await visit.context.newPage();
  await logOut(other, server.provider);
  assert.equal(server.provider.loggedOut, before + 1, server.provider.failures.join());
  await page.locator(".rail").getByRole("link", { name: "Groups", exact: true }).click();
  await page.getByRole("link", { name: LINK }).waitFor();
  assert.equal(await page.getByRole("heading", { level: 1, name: "Groups" }).count(), 0);
});

scenario("a page of another site cannot change anything, and a link from it is signed in", { signedIn: false }, async (visit, page, server) => {
  visit.expected = [403];
  await administrator(server, "john");
  await signInAs(visit, "john");
  await visit.open("Employees");
  const before = await server.admin("GET", "settings");
  const forms = [["sources/location", "source=idp"], ["sign-out", ""], ["access/sso", "issuer=https://evil.example"],
    [`employees/${server.barbara}/restore`, ""]];
  for (const [path, fields] of forms) {
    const inputs = fields && fields.split("=").map(encodeURIComponent);
    const input = inputs ? `<input name="${inputs[0]}" value="${inputs[1]}">` : "";
    const url = server.provider.serve(`/attack/${path}`, `<form method="post" action="${server.pageUrl}${path}">${input}<button>Win a prize</button></form>`);
    const other = await visit.context.newPage();
    await other.goto(url);
    const [response] = await Promise.all([
      other.waitForResponse((response) => response.request().method() === "POST"),
      other.getByRole("button", { name: "Win a prize" }).click(),
    ]);
    assert.ok(response.status() >= 300 && response.status() !== 500, `${path}: ${response.status()}`);
    await other.waitForLoadState();
    assert.doesNotMatch(await other.locator("body").innerText(), /Undo|You are signed out\./);
    await other.close();
  }
  assert.deepEqual(await server.admin("GET", "settings"), before);
  assert.equal((await server.admin("GET", "sso")).issuer, server.provider.issuer);
  await page.reload();
  await visit.hasHeading("Employees");

  // The same cookie opens a deep link in a mail or a chat at once.
  await page.goto(server.provider.serve("/chat", `<a href="${server.pageUrl}groups">Look</a>`));
  await page.getByRole("link", { name: "Look" }).click();
  await visit.hasHeading("Groups");
});

scenario("Rollcall proves itself with its key, and publishes the next one", { signedIn: true }, async (visit, page, server) => {
  const { issuer, group } = await server.admin("GET", "sso");
  await server.admin("PUT", "sso", { issuer, group, clientId: KEY_CLIENT, clientAuth: "key" });
  const { keys } = await server.admin("GET", "sso");
  if (!keys.length) await server.admin("POST", "sso/keys");
  assert.deepEqual((await server.admin("GET", "sso")).keys.map((key) => key.state), ["current"]);
  await tryIt(visit, "barbara");
  const first = await (await fetch(`${server.pageUrl}sso/jwks.json`)).json();
  assert.equal(first.keys.length, 1);
  assert.deepEqual(Object.keys(first.keys[0]).filter((name) => ["d", "p", "q", "dp", "dq", "qi"].includes(name)), []);

  const own = await Visit.open(visit.context.browser(), server);
  await signInAs(own, "barbara");
  await own.open("Employees");
  // The provider reads the keys again after some time, so Rollcall publishes the next one a day before it signs with it.
  const { keys: both } = await server.admin("POST", "sso/keys");
  assert.deepEqual(both.map((key) => key.state), ["current", "next"]);
  const published = await (await fetch(`${server.pageUrl}sso/jwks.json`)).json();
  assert.deepEqual(published.keys.map((key) => key.kid).sort(), both.map((key) => key.kid).sort());
  const report = await server.admin("POST", "sso/check");
  assert.equal(report.ok, true, JSON.stringify(report));
  assert.deepEqual([report.pkce, report.issParameter, report.endSession, report.backChannelLogout], [true, true, true, true]);
  assert.deepEqual(server.provider.failures, []);
  assert.deepEqual(own.troubles, []);
  await own.context.close();
});
