// Keyboard shortcuts. Each one has a visible control, and the dialog of "?" turns single keys off.
const keys = document.getElementById("keys");
const areOff = () => localStorage.getItem("rollcall-keys") === "off";
let pendingG = 0;
function moveInTable(step) {
  const links = [...document.querySelectorAll("main .table tbody tr")].map((row) => row.querySelector("a")).filter(Boolean);
  const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
}
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, dialog");
  if (!keys || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key;
  if (key === "?") return keys.showModal();
  if (areOff()) return;
  const follow = (selector) => document.querySelector(selector)?.click();
  if (Date.now() - pendingG < 1500) {
    pendingG = 0;
    return follow(`a[data-key="g ${CSS.escape(key)}"]`);
  }
  if (key === "g") pendingG = Date.now();
  else if (key === "j" || key === "k") moveInTable(key === "j" ? 1 : -1);
  else if (key === "[") follow("a[rel=prev]");
  else if (key === "]") follow("a[rel=next]");
  else if (key === "/") {
    const search = document.querySelector("main input[type=search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  } else if (/^[a-z]$/.test(key)) follow(`main [data-key="${key}"]`);
});
if (keys) {
  const box = keys.querySelector("input");
  box.checked = !areOff();
  box.onchange = () => localStorage.setItem("rollcall-keys", box.checked ? "on" : "off");
  const open = document.getElementById("open-keys");
  open.hidden = false;
  open.onclick = () => keys.showModal();
}
