// Destinations on the pages, with and without a script.

import assert from "node:assert/strict";
import { suite } from "./support.mjs";

const scenario = suite();

/** A host that has no address, so no request of a test leaves the machine. */
const NOWHERE = "https://hooks.rollcall.invalid/";

const path = (page) => new URL(page.url()).pathname;

async function fill(page, kind, name, url) {
  await page.getByRole("link", { name: "Notifications" }).click();
  await page.getByRole("link", { name: "Add a destination" }).click();
  await page.getByRole("link", { name: `Add ${kind}`, exact: true }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("textbox", { name: "URL" }).fill(url);
  await page.getByRole("group", { name: "Employees" }).getByLabel("All of these").check();
  await page.getByRole("button", { name: "Add the destination" }).click();
}

/** Opens a part that is folded, once. */
const unfold = (page, name) => page.locator("summary", { hasText: name }).click();

for (const javaScriptEnabled of [true, false]) {
  const way = javaScriptEnabled ? "with a script" : "without a script";
  scenario(`a webhook is added, tested, paused, resumed, replaced, resent and removed ${way}`, { javaScriptEnabled }, async (visit, page, server) => {
    visit.expected = [422];
    await fill(page, "a webhook", "Assets", "https://127.0.0.1/x");
    await page.locator(".field-error").filter({ hasText: "not an IP address" }).waitFor();
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Assets");
    await page.getByRole("textbox", { name: "URL" }).fill(`${NOWHERE}${javaScriptEnabled}`);
    await page.getByRole("button", { name: "Add the destination" }).click();
    await visit.hasHeading("New signing secret of Assets");
    const secret = await page.getByText(/^whsec_/).innerText();
    await page.getByRole("link", { name: "Done, I have copied it" }).click();
    await page.getByRole("heading", { level: 1, name: "Assets", exact: true }).waitFor();
    const here = path(page);

    await page.getByRole("button", { name: "Send a test" }).click();
    await visit.isTold("the host name was not found (dns)");
    await page.getByRole("button", { name: "Pause" }).click();
    await visit.isTold("The destination is paused");
    await server.create(`webhook-${javaScriptEnabled}@example.com`);
    await page.goto(new URL(here, server.pageUrl).href);
    await unfold(page, "Resume");
    await page.getByLabel(/^From where it stopped \([1-9]\d* events?\)$/).check();
    await page.getByRole("button", { name: "Resume" }).click();
    await visit.isTold("The destination is resumed");
    await unfold(page, "Replace the signing secret");
    await page.getByRole("button", { name: "Replace the secret" }).click();
    await visit.hasHeading("New signing secret of Assets");
    assert.notEqual(await page.getByText(/^whsec_/).innerText(), secret);

    const resend = page.getByRole("button", { name: "Resend" }).first();
    for (let tries = 0; tries < 40 && !(await resend.count()); tries += 1) {
      await page.goto(new URL(here, server.pageUrl).href);
      await page.waitForTimeout(500);
    }
    await resend.click();
    await visit.isTold("the host name was not found (dns)");
    await unfold(page, "Remove the destination");
    await page.getByLabel("Remove Assets").check();
    await page.getByRole("button", { name: "Remove the destination" }).click();
    await visit.isTold("The destination is removed");
  });

  scenario(`a channel is added and changed ${way}`, { javaScriptEnabled }, async (visit, page) => {
    for (const kind of ["Slack", "Teams"]) {
      const name = `${kind} ${way}`;
      await fill(page, kind, name, `${NOWHERE}${kind}`);
      await visit.isTold("The destination is added");
      await page.getByLabel("Send a message").selectOption("once a day");
      await page.getByLabel("Hour of the daily message").selectOption("17:00 UTC");
      await page.getByLabel("Name people in messages").uncheck();
      await page.getByRole("button", { name: "Save the destination" }).click();
      await visit.isTold("The destination is saved");
      assert.equal(await page.getByLabel("Hour of the daily message").inputValue(), "17");
      assert.equal(await page.getByLabel("Name people in messages").isChecked(), false);
      assert.equal(await page.getByRole("textbox", { name: "URL" }).inputValue(), "");
      await page.getByRole("link", { name: "‹ Notifications" }).click();
      await page.getByRole("row", { name }).getByText("delivers").waitFor();
    }
  });
}
