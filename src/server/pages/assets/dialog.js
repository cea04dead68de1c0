// Dialogs: opens the form of the page that a link leads to. The focus returns to the link.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const dialog = document.getElementById("dialog");
  let panel;
  try {
    const { response, page } = await fetchPage(link.href);
    panel = response.ok && page.querySelector(".panel");
  } catch { /* The page itself is the way without a dialog. */ }
  if (!panel) return location.assign(link.href);
  dialog.replaceChildren(panel);
  dialog.setAttribute("aria-label", panel.querySelector("h1, h2")?.textContent ?? "");
  showTimes(dialog);
  showCopyButtons(dialog);
  dialog.showModal();
  const first = panel.querySelector("[autofocus]") ?? panel.querySelector("input:not([type=hidden]), select, textarea, button");
  first?.focus();
  dialog.onclose = () => { dialog.replaceChildren(); if (link.isConnected) link.focus(); };
});
document.addEventListener("click", (event) => {
  const close = event.target.closest("dialog [data-close]");
  if (!close) return;
  event.preventDefault();
  close.closest("dialog").close();
});
