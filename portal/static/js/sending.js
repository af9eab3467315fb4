// Sends files in parts with progress, also dropped ones, and goes on where a connection broke off. Without it, the form
// sends them whole.
const PART = 4_000_000, PAUSE = 2000; // bytes, milliseconds

for (const place of document.querySelectorAll('[data-module="sending"]')) {
  const form = place.closest("form"), input = place.querySelector("input[type=file]"), list = place.querySelector(".sending__list");
  const hint = document.createElement("p");
  hint.className = "hint";
  hint.textContent = place.dataset.drop;
  input.after(hint);

  // The same file of the same size and date is the same sending, also after the page was closed.
  const idOf = async (file) => {
    const name = new TextEncoder().encode(`${file.name} ${file.size} ${file.lastModified}`);
    if (!crypto.subtle) return [...name].reduce((sum, byte) => (sum * 31 + byte) % 0xffffffff, 7).toString(16).padStart(8, "0");
    return [...new Uint8Array(await crypto.subtle.digest("SHA-256", name))].slice(0, 16).map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const pause = () => new Promise((go) => setTimeout(go, PAUSE));

  const send = async (file) => {
    const line = document.createElement("p"), bar = document.createElement("progress"), words = document.createElement("span");
    bar.className = "progress";
    bar.max = file.size || 1;
    bar.setAttribute("aria-label", file.name);
    line.append(`${file.name} `, bar, " ", words);
    list.append(line);
    const address = place.dataset.address.replace("ID", await idOf(file));
    let at = null;
    for (;;) {
      try {
        if (at === null) at = (await (await fetch(address, { redirect: "error" })).json()).have;
        bar.value = at;
        const about = new URLSearchParams({ at, size: file.size, name: file.name, axis: place.dataset.axis });
        const answer = await fetch(`${address}?${about}`, {
          method: "POST", body: file.slice(at, at + PART), redirect: "error",
          headers: { "X-CSRFToken": form.elements.csrf_token.value, "Content-Type": "application/octet-stream" },
        });
        const told = await answer.json();
        words.textContent = "";
        if (told.done) {
          bar.value = file.size;
          return true;
        }
        if (told.fault) {
          bar.remove();
          line.className = "field__error";
          words.textContent = told.fault;
          return false;
        }
        at = told.have;
      } catch {
        words.textContent = place.dataset.waiting;
        at = null;
        await pause();
      }
    }
  };

  const take = async (files) => {
    input.value = "";
    const done = [];
    for (const file of files) done.push(await send(file));
    // Show them in the draft, with everything that was typed saved.
    if (done.length && done.every(Boolean)) form.requestSubmit(place.querySelector("button[value=files]"));
  };

  input.addEventListener("change", () => take([...input.files]));
  place.addEventListener("dragover", (event) => event.preventDefault());
  place.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
}
