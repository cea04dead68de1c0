// The common parts of the tests: a server, the requests of an identity provider, and a browser that reports errors.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { chromium } from "playwright-core";

export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** How long a test may wait for a server to notice that a token has ended: it remembers tokens for up to 60 s. */
const NOTICED_WITHIN = 75_000;

/** A server with one new tenant and nobody in it. */
export class Server {
  static async start() {
    const program = process.env.ROLLCALL ?? fileURLToPath(new URL("../target/debug/rollcall", import.meta.url));
    const data = mkdtempSync(join(tmpdir(), "rollcall-e2e-data-"));
    const flags = ["--data", data, "serve", "--listen", "127.0.0.1:0", "--json"];
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
    return new Server(child, data, JSON.parse(line));
  }

  constructor(child, data, ready) {
    Object.assign(this, { child, data });
    this.tenantUrl = ready.tenantUrl;
    this.scimToken = ready.scimToken;
    this.adminToken = ready.adminToken;
    /** The account settings page; every page of the tenant is below it. */
    this.pageUrl = ready.tenantUrl.replace(/scim\/v2$/, "");
  }

  async stop() {
    if (this.child.exitCode === null) {
      this.child.kill("SIGTERM");
      await once(this.child, "exit");
    }
    rmSync(this.data, { recursive: true, force: true });
  }

  /** A SCIM request as an identity provider makes it. */
  async scim(method, path, body, token = this.scimToken) {
    const response = await fetch(this.tenantUrl + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text && JSON.parse(text) };
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
  static async open(browser, server, { javaScriptEnabled = true, colorScheme, width = 1280, permissions } = {}) {
    const viewport = { width, height: 800 };
    const context = await browser.newContext({ javaScriptEnabled, colorScheme, viewport, permissions });
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
      if (["error", "warning"].includes(message.type()) && !isExpected) visit.troubles.push(message.text());
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
    /** Whatever a page must never do. */
    this.troubles = [];
    /** Statuses that the test itself brings about: the browser logs those as errors. */
    this.expected = [];
  }

  go(path = "") {
    return this.page.goto(this.server.pageUrl + path);
  }

  async signIn(token = this.server.adminToken) {
    await this.go();
    await this.page.getByLabel("Admin token").fill(token);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    // Wait for the answer: a navigation before it would lose the session.
    const answer = this.page.getByRole("heading", { name: "SCIM 2.0" }).or(this.page.getByRole("alert"));
    await answer.waitFor();
  }

  async hasHeading(name) {
    await this.page.getByRole("heading", { level: 1, name }).waitFor();
  }

  /** Waits for the sentence that says what was done. */
  async isTold(text) {
    await this.page.getByRole("status").filter({ hasText: text }).waitFor();
  }

  /** Switches settings, by the attribute's name, and saves them. */
  async set(switches) {
    await this.go();
    for (const [name, on] of Object.entries(switches)) {
      const label = `Set employee ${name} info from Identity Provider`;
      await this.page.getByRole("switch", { name: label }).setChecked(on);
    }
    await this.page.getByRole("button", { name: "Save" }).click();
    await this.isTold("The settings are saved");
  }

  /** What an employee's page says of an attribute. */
  async value(id, attribute) {
    await this.go(`employees/${id}`);
    const row = this.page.getByRole("row").filter({
      has: this.page.getByRole("rowheader", { name: attribute, exact: true }),
    });
    const [counts, origin, sent, own] = await row.getByRole("cell").allInnerTexts();
    return { counts: counts.trim(), origin, sent, own };
  }

  /** The entries of the history on the page, the newest first, each as one line. */
  async history() {
    const entries = this.page.getByRole("region", { name: "History" }).locator("ol > li");
    return (await entries.allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
  }

  async setOwn(id, values) {
    await this.go(`employees/${id}`);
    await this.page.getByText("Change your own values").click();
    for (const [name, value] of Object.entries(values)) await this.page.getByLabel(name).fill(value);
    await this.page.getByRole("button", { name: "Save" }).click();
    await this.isTold("The values are saved");
  }

  /** Rotates the Secret Token and comes to the page with the new one. */
  async rotate(overlap, label = "") {
    await this.go();
    await this.page.getByText("Rotate the Secret Token").click();
    const form = this.page.getByRole("group").filter({ hasText: "Rotate the Secret Token" });
    await form.getByLabel("The current token stays valid for").selectOption({ label: overlap });
    await form.getByLabel("Label of the new token").fill(label);
    const drop = form.getByLabel("End the previous token now");
    if (await drop.count()) await drop.check();
    await form.getByRole("button", { name: "Make a new token" }).click();
    await this.hasHeading("New Secret Token");
    return this.page.getByText(/^rc_demo_/).innerText();
  }
}

/**
 * Gives a test file a server and a browser. Returns what declares a test: its body gets a visit, signed in unless told
 * otherwise, and fails as well when a page did what no page must.
 */
export function suite() {
  const shared = {};
  before(async () => {
    shared.server = await Server.start();
    shared.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"],
    });
  });
  after(async () => {
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
