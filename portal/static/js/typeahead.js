// Suggests words below a field while one types. Without it, what is typed is understood when it is sent, and browsers offer what the
// page itself lists.
const PAUSE = 120; // milliseconds without a key before anything is asked

for (const input of document.querySelectorAll('[data-module="typeahead"]')) {
  const list = document.createElement("ul"), told = document.createElement("span"), frame = document.createElement("div");
  list.id = `${input.id}-list`;
  list.className = "suggest";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.label);
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  frame.className = "typeahead";
  input.removeAttribute("list"); // one list is enough
  input.replaceWith(frame);
  frame.append(input, list, told);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) input.setAttribute(name, value);

  let waiting, asking, chosen = -1;

  // With many words between commas, only the last one is asked about and replaced.
  const start = () => input.dataset.many ? input.value.search(/[^,;]*$/) : 0;
  const typed = () => input.value.slice(start()).trim();
  const options = () => [...list.children];
  const close = () => {
    clearTimeout(waiting);
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (next) => {
    const all = options();
    all[chosen]?.setAttribute("aria-selected", "false");
    chosen = (next + all.length) % all.length;
    all[chosen].setAttribute("aria-selected", "true");
    all[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[chosen].id);
  };
  const take = (words) => {
    const before = input.value.slice(0, start()).trimEnd();
    input.value = (before ? `${before} ` : "") + words;
    close();
    input.dispatchEvent(new Event("input", { bubbles: true })); // it counts as typed: saved, and shown in the preview
    close();
  };
  const show = (found, asked) => {
    if (asked !== typed() || document.activeElement !== input) return;
    close();
    list.replaceChildren(...found.map((one, n) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${n}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.textContent = one.words;
      if (one.about && one.about !== one.words) {
        const hint = document.createElement("span");
        hint.className = "hint";
        hint.textContent = one.about;
        item.append(" ", hint);
      }
      item.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
      item.addEventListener("click", () => take(one.words));
      return item;
    }));
    const shown = found.length > 0 && !(found.length === 1 && found[0].words === asked);
    list.hidden = !shown;
    input.setAttribute("aria-expanded", String(shown));
    told.textContent = shown ? input.dataset.count.replace("0", found.length) : "";
  };
  const ask = async (anything = false) => {
    asking?.abort();
    const asked = typed();
    if (!asked && !anything) return close();
    asking = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.address}?q=${encodeURIComponent(asked)}`, { signal: asking.signal, redirect: "error" });
      if (answer.ok) show((await answer.json()).suggestions, asked);
    } catch {
      // No network, or a newer question: the field is an ordinary one.
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(), PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) {
      if (event.key !== "ArrowDown") return;
      ask(true);
    } else if (event.key === "ArrowDown") mark(chosen + 1);
    else if (event.key === "ArrowUp") mark(chosen < 0 ? options().length - 1 : chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) options()[chosen].click();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
}
