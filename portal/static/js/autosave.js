// Saves what is typed as a draft, three seconds after the last key, and tells who else has the draft open. Without it, the
// buttons save.
const PAUSE = 3000, LOOK = 30000; // milliseconds

for (const place of document.querySelectorAll('[data-module="autosave"]')) {
  const form = document.getElementById("record"), status = place.querySelector("[role=status]");
  if (!form) continue;
  let waiting, changes = 0, exists = location.pathname.includes("/drafts/"), stopped = false;

  const say = (words) => { if (status.textContent !== words) status.textContent = words; };
  const fill = (words, value) => words.replace("TIME", value).replace("NAMES", value);
  const tell = (answer, saved) => {
    const others = answer.others.length ? fill(place.dataset.others, answer.others.join(", ")) : "";
    say([saved, others].filter(Boolean).join(" · "));
  };
  const send = async (address, body) => fetch(address, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });

  const save = async () => {
    if (stopped) return;
    const body = new FormData(form), before = changes;
    body.delete("files");
    body.set("action", "autosave");
    try {
      const answer = await send(form.getAttribute("action"), body), content = await answer.json();
      if (answer.status === 409) {
        stopped = true; // the button shows both
        return say(fill(place.dataset.overtaken, content.by));
      }
      if (!answer.ok) return say(content.fault ?? place.dataset.lost);
      exists = true;
      form.elements.edition.value = content.edition;
      const now = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      tell(content, fill(place.dataset.saved, now));
      if (before === changes) form.dispatchEvent(new Event("saved"));
    } catch {
      say(place.dataset.lost);
      waiting = setTimeout(save, LOOK);
    }
  };
  const look = async () => {
    if (!exists || stopped || document.hidden) return;
    const body = new FormData();
    body.set("csrf_token", form.elements.csrf_token.value);
    try {
      const answer = await send(place.dataset.address, body);
      if (answer.ok) tell(await answer.json(), "");
    } catch {
      // No network: the next save says so.
    }
  };

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    changes += 1;
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => { clearTimeout(waiting); stopped = true; });
  setInterval(look, LOOK);
}
