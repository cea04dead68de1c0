// Live parts: asks for [data-live] every 2 s, after 2 minutes every 10 s, and stops after 15 minutes. It pauses while the
// tab is hidden, and asks at once when the tab is back.
for (const first of document.querySelectorAll("[data-live]")) {
  const { part: name, every } = first.dataset;
  const shown = (name) => document.querySelector(`[data-part="${name}"]`);
  const hideChecks = () => shown(name)?.querySelectorAll("[data-check]").forEach((link) => { link.hidden = true; });
  let started = Date.now(), tag = "", timer;
  const ask = async () => {
    if (document.hidden) return;
    timer = 0;
    const age = Date.now() - started;
    if (age > 900000) return stop();
    try {
      const url = (shown(name) ?? first).dataset.live;
      if (!url) return;
      const { response, page } = await fetchPage(url, { headers: tag ? { "If-None-Match": tag } : {} });
      tag = response.headers.get("ETag") ?? "";
      const part = shown(name);
      if (!part || (response.ok && page && !replacePart(part, page))) return;
      // Other parts of the page can come with this one.
      for (const { dataset } of (response.ok && page?.querySelectorAll("[data-part]")) || []) {
        if (dataset.part !== name && shown(dataset.part)) replacePart(shown(dataset.part), page);
      }
      hideChecks();
    } catch { /* The next round asks again. */ }
    timer = setTimeout(ask, age < 120000 && !every ? 2000 : Number(every ?? 10) * 1000);
  };
  const stop = () => {
    const again = document.createElement("button");
    again.className = "btn";
    again.textContent = "Check again";
    again.onclick = () => { again.remove(); started = Date.now(); ask(); };
    shown(name)?.after(again);
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !timer) return;
    clearTimeout(timer);
    started = Date.now();
    ask();
  });
  hideChecks();
  timer = setTimeout(ask, every ? every * 1000 : 2000);
}
