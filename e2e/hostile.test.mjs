// Text of users is shown and never run.

import assert from "node:assert/strict";
import { ENTERPRISE, suite } from "./support.mjs";

const scenario = suite();
const ATTACKS = ["<img src=x onerror=\"window.ran=1;alert(1)\">", "\"><script>window.ran=1;alert(2)</script>"];

for (const attack of ATTACKS) {
  scenario(`${attack} is text on every page`, {}, async (visit, page, server) => {
    visit.expected = [400];
    const isHarmless = async (...texts) => {
      const shown = await page.locator("main").innerText();
      for (const text of texts) assert.ok(shown.includes(text), `${text} on ${page.url()}`);
      assert.equal(await page.evaluate(() => window.ran), undefined);
      assert.equal(await page.locator("main img, main script, dialog img, [onerror]").count(), 0);
    };
    await visit.setSources({ location: true, department: true, manager: true });
    const values = { location: attack, department: attack, manager: attack };
    const id = await server.create(attack, { displayName: attack, title: attack, nickName: attack, ...values });
    const under = await server.create(`under ${attack}`, { ...values, name: { formatted: attack } });
    await server.patch(id, { title: `new ${attack}`, [ENTERPRISE]: { department: `new ${attack}`, [attack.replace(/\W/g, "")]: 1 } });
    await visit.setOwn(id, { Location: attack, Department: attack, Manager: attack });
    const group = await server.createGroup(attack, [{ value: id, display: attack }], { externalId: attack });
    server.scimToken = await visit.replaceToken("1 hour", attack);
    for (const employee of [id, under]) {
      for (const tab of ["", "/history", "/archive"]) {
        await visit.go(`employees/${employee}${tab}`);
        await isHarmless(attack);
      }
      await visit.go(`employees/${employee}/raw`);
      await isHarmless("SCIM resource");
      // Attributes need another escape than text.
      await visit.go(`employees/${employee}/values/location`);
      assert.equal(await page.getByLabel("Your value").inputValue(), employee === id ? attack : "");
    }
    await visit.go(`employees/${id}`);
    await page.getByRole("link", { name: "Archive" }).click();
    await page.getByRole("dialog").getByText("The record and its history stay.").waitFor();
    await isHarmless(attack);
    for (const path of [`groups/${group}`, `groups/${group}/history`, "groups", `employees/${id}/groups`, "access", "activity",
      "employees?status=all", `employees?department=${encodeURIComponent(attack)}`, `employees?q=${encodeURIComponent(attack)}`]) {
      await visit.go(path);
      await isHarmless(path.startsWith("employees?department") ? "" : attack);
    }
    for (const path of ["", "sources", "requests", "connect", "sources/manager/preview", `employees?status=${encodeURIComponent(attack)}`,
      `?done=${encodeURIComponent(attack)}`, `activity?kind=${encodeURIComponent(attack)}`]) {
      await visit.go(path);
      await isHarmless();
    }
  });
}
