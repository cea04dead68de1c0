// Times: shows them in the viewer's zone, and keeps relative times fresh.
const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
function showTimes(root = document) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const full = at.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
    const past = (Date.now() - at) / 1000;
    const [unit, seconds] = units.find(([, seconds]) => Math.abs(past) >= seconds) ?? [];
    const near = "relative" in time.dataset && Math.abs(past) < 7 * 86400;
    const day = at.toLocaleDateString("en-GB", { dateStyle: "medium" });
    time.textContent = !near ? ("clock" in time.dataset ? at.toLocaleTimeString("en-GB", { timeStyle: "short" })
      : "relative" in time.dataset ? day : full)
      : unit ? relative.format(-Math.round(past / seconds), unit) : "just now";
    time.title = full;
  }
}
showTimes();
setInterval(showTimes, 30000, document);
