// Shows the public page of what stands in the form beside it, a moment after typing stops. Without it, the buttons lead to a
// page that shows it. Nothing is saved here, and nothing runs in the frame.
const PAUSE = 700, SLOWEST = 2500, WIDE = "(min-width: 75rem)", KEPT = "clerestory.preview"; // pauses in milliseconds

for (const panel of document.querySelectorAll('[data-module="preview"]')) {
  const form = document.getElementById("record"), button = panel.querySelector("button"), box = panel.querySelector(".beside__box");
  const frame = box.querySelector("iframe"), told = panel.querySelector("[role=status]");
  let waiting, busy = false, again = false, pause = PAUSE, chosen = "", stale = true, opened = false;

  const remember = (value) => {
    try { localStorage.setItem(KEPT, value); } catch { /* a browser that keeps nothing asks again */ }
  };
  const remembered = () => {
    try { return localStorage.getItem(KEPT); } catch { return null; }
  };
  const say = (words) => { if (told.textContent !== words) told.textContent = words; };

  // The frame's first page is put in whole; later ones take the place of its words, so that it stays where it was scrolled to.
  const show = (html) => {
    const page = frame.contentDocument;
    if (!opened || !page?.getElementById("main")) {
      opened = true;
      frame.srcdoc = html;
      return;
    }
    const next = new DOMParser().parseFromString(html, "text/html");
    const unfolded = new Set([...page.querySelectorAll("details[open] > summary")].map((one) => one.textContent));
    for (const one of next.querySelectorAll("summary")) if (unfolded.has(one.textContent)) one.parentElement.open = true;
    page.body.replaceChildren(...next.body.childNodes);
  };
  frame.addEventListener("load", () => frame.contentDocument?.addEventListener("click", (event) => {
    const address = event.target.closest?.("a")?.getAttribute("href") ?? "";
    if (address.startsWith("#")) {
      event.preventDefault();
      frame.contentDocument.getElementById(decodeURIComponent(address.slice(1)))?.scrollIntoView();
    } else if (address.startsWith("?in=")) {
      event.preventDefault();
      chosen = address;
      refresh();
    }
  }));

  // One question at a time: what was typed meanwhile is asked about afterwards.
  const refresh = async () => {
    clearTimeout(waiting);
    if (busy) {
      again = true;
      return;
    }
    const body = new FormData(form), start = performance.now();
    body.delete("files");
    busy = true;
    again = stale = false;
    try {
      const answer = await fetch(panel.dataset.address + chosen, { method: "POST", body, redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      show(await answer.text());
      say("");
    } catch {
      stale = true;
      say(panel.dataset.lost);
    }
    busy = false;
    pause = Math.min(SLOWEST, Math.max(PAUSE, 2 * (performance.now() - start))); // a long text is asked about less often
    if (again) refresh();
  };
  const turn = (open) => {
    box.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    panel.parentElement.classList.toggle("beside--open", open);
    if (open && stale) refresh();
  };

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    stale = true;
    clearTimeout(waiting);
    if (!box.hidden) waiting = setTimeout(refresh, pause);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
  button.addEventListener("click", () => {
    turn(box.hidden);
    remember(box.hidden ? "closed" : "open");
  });
  panel.hidden = false;
  turn(matchMedia(WIDE).matches && remembered() !== "closed");
}
