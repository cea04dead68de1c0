// Saves in place: sends form[data-save], replaces its [data-part], and shows the toast of the answer.
function showToast(toast) {
  document.querySelector(".toast")?.remove();
  // Without a session, the page shows the notice in its place.
  const place = document.getElementById("toasts");
  if (!toast || !place) return;
  toast.classList.add("toast");
  place.append(toast);
  let left;
  const wait = () => { clearTimeout(left); left = setTimeout(() => toast.remove(), 10000); };
  const hold = () => clearTimeout(left);
  for (const name of ["focusin", "pointerenter"]) toast.addEventListener(name, hold);
  for (const name of ["focusout", "pointerleave"]) toast.addEventListener(name, wait);
  wait();
}
showToast(document.querySelector("[data-toast]"));
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-save]");
  if (!form) return;
  event.preventDefault();
  const name = form.dataset.save || form.closest("[data-part]")?.dataset.part;
  const part = document.querySelector(`[data-part="${name}"]`);
  const body = new URLSearchParams(new FormData(form, event.submitter));
  try {
    const { response, page } = await fetchPage(form.action, { method: "POST", body });
    // The toast comes with the part, so it leaves the answer with it.
    const toast = page.querySelector("[data-toast]");
    if (part && replacePart(part, page)) return showToast(toast);
    if (response.ok) return location.assign(response.url);
  } catch { /* The browser sends the form itself. */ }
  form.removeAttribute("data-save");
  form.requestSubmit(event.submitter);
});
