// Puts a button behind a number or a citation that copies it.
for (const element of document.querySelectorAll('[data-module="copy"]')) {
  if (!navigator.clipboard) break;
  const text = element.textContent.trim();
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.setAttribute("aria-live", "polite");
  button.textContent = element.dataset.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = element.dataset.copied;
    setTimeout(() => { button.textContent = element.dataset.copy; }, 2000);
  });
  if (element.matches(".cite")) element.append(" ", button);
  else element.after(" ", button);
}
