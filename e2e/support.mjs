// The common parts of the tests: a server, the requests of an identity provider, and a browser that reports errors.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test, { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** How long a test may wait for a server to notice that a token has ended: it remembers tokens for up to 60 s. */
const NOTICED_WITHIN = 75_000;

/** A local server with one tenant. */
export class Server {
  /** Starts a server with an empty tenant, or the demo: 200 people, a month of history, and a stopped clock. */
  static async start({ demo = false } = {}) {
    const program = process.env.ROLLCALL ?? fileURLToPath(new URL("../target/debug/rollcall", import.meta.url));
    const folder = mkdtempSync(join(tmpdir(), "rollcall-e2e-"));
    const flags = demo
      ? ["demo", "--port", "0", "--still", "--stopped-clock", "--json"]
      : ["--data", folder, "serve", "--listen", "127.0.0.1:0", "--json"];
    const child = spawn(program, flags, { stdio: ["ignore", "pipe", "pipe"] });
    // Only a failed start needs the log. But it must be read, because a full pipe blocks the server.
    let log = "";
    child.stderr.on("data", (chunk) => { log = (log + chunk).slice(-4000); });
    // The server ends with the tests, also after a failure.
    process.once("exit", () => child.kill("SIGKILL"));
    const failed = Promise.race([once(child, "error"), once(child, "exit")]).then(([reason]) => {
      throw new Error(`${program} did not start: ${reason?.message ?? reason}\n${log}`);
    });
    failed.catch(() => {});
    const [line] = await Promise.race([once(createInterface(child.stdout), "line"), failed]);
    return new Server(child, folder, JSON.parse(line));
  }

  constructor(child, folder, ready) {
    Object.assign(this, { child, folder });
    this.tenantUrl = ready.tenantUrl;
    this.scimToken = ready.scimToken;
    this.adminToken = ready.adminToken;
    /** The link that signs in once; only the demo has one. */
    this.signInLink = ready.signIn;
    /** The Overview; every page of the tenant is below it. */
    this.pageUrl = ready.tenantUrl.replace(/scim\/v2$/, "");
  }

  async stop() {
    if (this.child.exitCode === null) {
      this.child.kill("SIGTERM");
      await once(this.child, "exit");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A SCIM request as Okta makes it. */
  async scim(method, path, body, token = this.scimToken) {
    const response = await fetch(this.tenantUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/scim+json",
        "user-agent": "Okta SCIM Client 1.0.0",
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text && JSON.parse(text) };
  }

  /** A request of the administration. */
  async admin(method, path, body) {
    const headers = { authorization: `Bearer ${this.adminToken}`, "content-type": "application/json" };
    const url = `${this.pageUrl}api/${path}`;
    const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text && JSON.parse(text);
  }

  /** A new employee's id. Enterprise attributes are given by name, beside the core ones. */
  async create(userName, { location, department, manager, ...core } = {}) {
    const answer = await this.scim("POST", "/Users", {
      userName,
      active: true,
      emails: [{ value: `${userName.split("@")[0].replace(/\W/g, "")}@example.com`, type: "work", primary: true }],
      ...core,
      [ENTERPRISE]: { location, department, manager: manager && { value: manager } },
    });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body.id;
  }

  /** A new group's id. */
  async createGroup(displayName, members, more = {}) {
    const values = members.map((value) => (typeof value === "string" ? { value } : value));
    const answer = await this.scim("POST", "/Groups", { displayName, members: values, ...more });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body.id;
  }

  /** A sync that changes one thing. */
  async patch(id, value) {
    const body = { schemas: [PATCH], Operations: [{ op: "replace", value }] };
    const answer = await this.scim("PATCH", `/Users/${id}`, body);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  }

  async accepts(token) {
    const { status } = await this.scim("GET", "/Users?count=1", undefined, token);
    assert.ok([200, 401].includes(status), `status ${status}`);
    return status === 200;
  }

  async stopsAccepting(token) {
    const end = Date.now() + NOTICED_WITHIN;
    while (await this.accepts(token)) {
      assert.ok(Date.now() < end, "the token still works");
      await sleep(1000);
    }
  }
}

/** One administrator at a browser of their own: no cookie is shared with other tests. */
export class Visit {
  static async open(browser, server, { width = 1280, height = 800, ...options } = {}) {
    // Without transitions, a picture shows the colours of one theme only.
    const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", ...options });
    const visit = new Visit(server, context);
    // A page that violates its Content-Security-Policy, or throws, may still look complete.
    await context.exposeBinding("reportViolation", (_, text) => visit.troubles.push(text));
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        window.reportViolation(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
    context.on("console", (message) => {
      const isExpected = visit.expected.some((status) => message.text().includes(`status of ${status}`));
      // A test may lead to another site, such as an identity provider. Its messages are its own.
      const { url } = message.location();
      const isOurs = !url || url.startsWith(new URL(server.pageUrl).origin);
      if (["error", "warning"].includes(message.type()) && isOurs && !isExpected) visit.troubles.push(message.text());
    });
    context.on("weberror", (error) => visit.troubles.push(String(error.error())));
    context.on("dialog", (dialog) => {
      visit.troubles.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    visit.page = await context.newPage();
    visit.page.setDefaultTimeout(10_000);
    return visit;
  }

  constructor(server, context) {
    Object.assign(this, { server, context });
    /** All things that a page must never do. */
    this.troubles = [];
    /** Statuses that the test itself causes: the browser logs them as errors. */
    this.expected = [];
  }

  go(path = "") {
    return this.page.goto(this.server.pageUrl + path);
  }

  /** Signs in with an Admin token, on the page that asks for it. */
  async signIn(token = this.server.adminToken) {
    if (!this.page.url().includes("/sign-in")) await this.go("sign-in");
    // Beside single sign-on, the form is folded.
    const field = this.page.getByLabel("Admin token");
    if (!(await field.isVisible())) await this.page.locator("summary", { hasText: "Use the admin token" }).click();
    await field.fill(token);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    // Wait for the answer: a navigation before it would lose the session.
    await this.page.locator(".shell, [role=alert]").first().waitFor();
  }

  async hasHeading(name) {
    await this.page.getByRole("heading", { level: 1, name }).waitFor();
  }

  /** Waits for the sentence that says what was done. */
  async isTold(text) {
    await this.page.getByRole("status").filter({ hasText: text }).first().waitFor();
  }

  /** Follows a link of the main navigation. */
  async open(section) {
    await this.page.locator(".rail").getByRole("link", { name: section, exact: true }).click();
    await this.hasHeading(section);
  }

  /** Opens the list of employees and searches. */
  async search(text, status = "Active") {
    await this.open("Employees");
    await this.page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: status }).click();
    await this.page.getByLabel("Search employees").fill(text);
    await this.page.getByRole("button", { name: "Search" }).click();
    await this.page.waitForURL(/[?&]q=/);
  }

  /** Sets the sources of attributes, by name: true is the identity provider. */
  async setSources(sources) {
    await this.go("sources");
    for (const [name, isFromIdp] of Object.entries(sources)) {
      const label = `Set employee ${name} info from Identity Provider`;
      const button = this.page.getByRole("switch", { name: label });
      if ((await button.getAttribute("aria-checked")) === String(isFromIdp)) continue;
      await button.click();
      await this.page.locator(`#source-${name}[aria-checked=${isFromIdp}]`).waitFor();
    }
  }

  /** Reads the row of an attribute on an employee's page. */
  async value(id, attribute) {
    await this.go(`employees/${id}`);
    const row = this.page.getByRole("row").filter({
      has: this.page.getByRole("rowheader", { name: attribute, exact: true }),
    });
    const [inUse, source, sent, own] = await texts(row.getByRole("cell"));
    return { inUse: inUse.trim(), source, sent, own };
  }

  /** The sentences of the history on the page, the newest first. */
  async history() {
    const sentences = this.page.locator("#history .what");
    return (await texts(sentences)).map((text) => text.replace(/\s+/g, " ").trim());
  }

  /** Sets own values of an employee, on the page of each value. */
  async setOwn(id, values) {
    for (const [name, value] of Object.entries(values)) {
      await this.go(`employees/${id}/values/${name.toLowerCase()}`);
      await this.page.getByLabel("Your value").fill(value);
      await this.page.getByRole("button", { name: "Save value" }).click();
      // A value that stays the same has no notice.
      await this.page.waitForURL(new RegExp(`employees/${id}([?].*)?$`));
    }
  }

  /** Replaces the Secret Token and returns the new one. */
  async replaceToken(overlap, label = "") {
    await this.go("access/scim/replace");
    await this.page.getByLabel("The old token keeps working for").selectOption({ label: overlap });
    await this.page.getByLabel("Label of the new token").fill(label);
    const older = this.page.getByLabel("Also stop the older token");
    if (await older.count()) await older.check();
    await this.page.getByRole("button", { name: "Replace token" }).click();
    await this.hasHeading("New Secret Token");
    return this.page.locator("#token").innerText();
  }
}

/** Returns the texts of elements once the first one is there. A dialog fills after it opens. */
export async function texts(locator) {
  await locator.first().waitFor();
  return locator.allInnerTexts();
}

/** Starts Chromium. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
}

/**
 * Gives a test file a server and a browser. Returns the function that declares a test. The body of a test gets a visit,
 * signed in by default. The test also fails when a page did something that no page may do. `prepare` gets the server
 * before the first test, and returns a function that cleans up.
 */
export function suite({ prepare, ...kind } = {}) {
  const shared = {};
  before(async () => {
    shared.server = await Server.start(kind);
    shared.browser = await launch();
    shared.cleanUp = await prepare?.(shared.server, shared.browser);
  });
  after(async () => {
    await shared.cleanUp?.();
    await shared.browser?.close();
    await shared.server?.stop();
  });
  return (name, { signedIn = true, ...options }, body) => test(name, { timeout: 150_000 }, async () => {
    const visit = await Visit.open(shared.browser, shared.server, options);
    try {
      if (signedIn) await visit.signIn();
      await body(visit, visit.page, shared.server);
      assert.deepEqual(visit.troubles, []);
    } finally {
      await visit.context.close();
    }
  });
}
