// Checks of a page: accessibility, place, focus, and charts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");

/** Accepts no violation of axe's rules. `rules` limits the run to some of them. */
export async function isAccessible(page, name, rules) {
  await page.evaluate(`window.axe || eval(${JSON.stringify(axe)})`).catch(() => page.evaluate(axe));
  // Style sheets are not fetched a second time, because the page's policy forbids it.
  const { violations } = await page.evaluate((runOnly) => window.axe.run({
    preload: false,
    resultTypes: ["violations"],
    ...(runOnly && { runOnly: { type: "rule", values: runOnly } }),
  }), rules);
  const report = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  assert.deepEqual(report, [], name);
}

/** Accepts no part that is cut off, no scrolling to the side, and no short word that is broken into letters. */
export async function fits(page, name) {
  const tooWide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const isSeen = (element) => !element.closest(".hidden, .skip, thead, svg") && element.checkVisibility();
    // A cell ends a long value with an ellipsis, and its title has the whole value.
    const isCut = (element) => element.closest("th, td") && getComputedStyle(element.closest("th, td")).overflowX === "hidden";
    const wide = [...document.body.querySelectorAll("*")].filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      return (right > clientWidth + 0.5 || left < -0.5) && isSeen(element) && !(isCut(element) && !element.matches("th, td"));
    });
    const names = wide.map((element) => `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 40)}`);
    return scrollWidth > clientWidth ? [`page: ${scrollWidth} > ${clientWidth}`, ...names] : names;
  });
  assert.deepEqual(tooWide, [], name);
  const broken = await page.evaluate(() => {
    const lines = (element) => {
      const range = document.createRange();
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const tops = new Set();
      while (texts.nextNode()) {
        if (!texts.currentNode.data.trim()) continue;
        range.selectNodeContents(texts.currentNode);
        for (const line of range.getClientRects()) tops.add(Math.round(line.top));
      }
      return tops.size;
    };
    // Chinese, Japanese and Korean names may break anywhere.
    const isWord = (text) => /^[\p{Script=Latin}\d,.–-]{1,15}$/u.test(text);
    const words = [...document.querySelectorAll("tbody th, nav a, .btn, .badge, dt, time")];
    return words.filter((cell) => isWord(cell.textContent.trim()) && lines(cell) > 1).map((cell) => cell.textContent.trim());
  });
  assert.deepEqual(broken, [], `words broken, ${name}`);
}

/** Compares the sentence of a chart with the sums of its table: *3 created · 1 archived*. */
export async function chartMatchesTable(page, name) {
  const charts = await page.evaluate(() => [...document.querySelectorAll("figure.chart")].map((chart) => {
    const titles = [...chart.querySelectorAll("thead th")].slice(1).map((cell) => cell.textContent.trim().toLowerCase());
    const rows = [...chart.querySelectorAll("tbody tr")].map((row) =>
      [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent.replace(/\D/g, ""))));
    const labels = chart.querySelector("svg").getAttribute("aria-labelledby").split(" ");
    const label = labels.map((id) => document.getElementById(id).textContent).join(" ");
    return { titles, rows, label, caption: chart.querySelector("figcaption").textContent, bars: chart.querySelectorAll("rect").length };
  }));
  for (const { titles, rows, label, caption, bars } of charts) {
    const isEmpty = rows.flat().every((count) => count === 0);
    assert.equal(bars > 0, !isEmpty, `${name}: ${bars} bars`);
    titles.forEach((title, column) => {
      const sum = rows.reduce((total, row) => total + row[column], 0);
      for (const text of [label, caption]) {
        const said = Number(new RegExp(`([\\d,]+) ${title}`).exec(text)?.[1].replace(/,/g, "") ?? 0);
        assert.equal(said, sum, `${name}: ${title} in “${text}”`);
      }
    });
  }
  return charts.length;
}

/** Presses Tab until the focus is on the target. Each stop must be visible and in view. */
export async function tabTo(page, target) {
  for (let stops = 0; stops < 90; stops += 1) {
    await page.keyboard.press("Tab");
    const focus = await focused(page);
    // After the last stop, the focus leaves the page for the browser's own controls.
    if (focus.tag.startsWith("<body")) continue;
    assert.ok(focus.outline !== "none" && focus.width >= 2 && focus.inView, JSON.stringify(focus));
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`no way to ${target}`);
}

/** The element with the focus, and its outline. */
export function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const inView = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
    return { tag: element.outerHTML.slice(0, 120), outline: outlineStyle, width: parseFloat(outlineWidth), inView };
  });
}
