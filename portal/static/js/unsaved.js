// Asks before someone leaves a form in which something was typed and not sent.
for (const form of document.querySelectorAll('[data-module="unsaved"]')) {
  let touched = false;
  form.addEventListener("input", () => { touched = true; });
  form.addEventListener("saved", () => { touched = false; });
  form.addEventListener("submit", () => { touched = false; });
  addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });
}
