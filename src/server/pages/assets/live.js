// Live parts: asks for [data-live] every 2 s, after 2 minutes every 10 s, and stops after 15 minutes.
for (const first of document.querySelectorAll("[data-live]")) {
  const { part: name, live: url, every } = first.dataset;
  const current = () => document.querySelector(`[data-part="${name}"]`);
  const hideChecks = () => current()?.querySelectorAll("[data-check]").forEach((link) => { link.hidden = true; });
  let started = Date.now(), tag = "";
  const ask = async () => {
    const age = Date.now() - started;
    if (age > 900000) return stop();
    if (!document.hidden) {
      try {
        const { response, page } = await fetchPage(url, { headers: tag ? { "If-None-Match": tag } : {} });
        tag = response.headers.get("ETag") ?? "";
        const part = current();
        if (!part || (response.ok && page && !replacePart(part, page))) return;
        hideChecks();
      } catch { /* The next round asks again. */ }
    }
    setTimeout(ask, age < 120000 && !every ? 2000 : Number(every ?? 10) * 1000);
  };
  const stop = () => {
    const again = document.createElement("button");
    again.className = "btn";
    again.textContent = "Check again";
    again.onclick = () => { again.remove(); started = Date.now(); ask(); };
    current()?.after(again);
  };
  hideChecks();
  setTimeout(ask, every ? every * 1000 : 2000);
}
