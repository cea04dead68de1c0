// Parts of pages: fetches a page or its part, and puts the part in the place of the one that is shown.
const asPart = { "Rollcall-Fragment": "1" };
async function fetchPage(url, options = {}) {
  const response = await fetch(url, { ...options, headers: { ...asPart, ...options.headers }, credentials: "same-origin" });
  if (response.redirected && new URL(response.url).pathname.endsWith("/sign-in")) location.reload();
  const page = response.status === 304 ? null : new DOMParser().parseFromString(await response.text(), "text/html");
  return { response, page };
}
function replacePart(part, page) {
  const next = page?.querySelector(`[data-part="${part.dataset.part}"]`);
  if (!next) return false;
  const open = [...part.querySelectorAll("details")].map((details) => details.open);
  next.querySelectorAll("details").forEach((details, index) => { details.open ||= open[index] ?? false; });
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.replaceWith(next);
  showTimes(next);
  showCopyButtons(next);
  if (focused) document.getElementById(focused)?.focus();
  return true;
}
