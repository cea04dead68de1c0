// Presses the button of a sign-in link, so that the link needs no click.
document.querySelector("form[data-press]")?.requestSubmit();
