// Suggests numbers, agencies and titles below a search box while one types. Without it, or when it fails, the box is an
// ordinary search.
const PAUSE = 160; // milliseconds without a key before anything is asked

for (const input of document.querySelectorAll('[data-module="suggest"]')) {
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  list.className = "suggest";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.label);
  const told = document.createElement("span");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  input.after(list, told);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) input.setAttribute(name, value);

  let waiting, asking, chosen = -1;

  const options = () => [...list.children];
  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (next) => {
    const all = options();
    all[chosen]?.setAttribute("aria-selected", "false");
    chosen = (next + all.length + 1) % (all.length + 1);
    if (chosen === all.length) chosen = -1; // back in the box
    all[chosen]?.setAttribute("aria-selected", "true");
    all[chosen]?.scrollIntoView({ block: "nearest" });
    if (chosen < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", all[chosen].id);
  };
  const option = (n, words, about, address, kind, language) => {
    const item = document.createElement("li");
    item.id = `${list.id}-${n}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const link = document.createElement("a");
    link.href = new URL(address).pathname;
    link.tabIndex = -1;
    link.lang = language;
    link.textContent = words;
    const hint = document.createElement("span");
    hint.className = "hint";
    hint.textContent = [input.dataset[kind], about].filter(Boolean).join(" · ");
    item.append(link, hint);
    item.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
    item.addEventListener("click", () => link.click());
    link.addEventListener("click", (event) => event.stopPropagation());
    return item;
  };
  const show = ([typed, words, about, addresses, kinds, languages]) => {
    if (typed !== input.value || document.activeElement !== input) return;
    close();
    list.replaceChildren(...words.map((one, n) => option(n, one, about[n], addresses[n], kinds[n], languages[n])));
    list.hidden = !words.length;
    input.setAttribute("aria-expanded", String(words.length > 0));
    told.textContent = words.length ? input.dataset.count.replace("0", words.length) : "";
  };
  const ask = async () => {
    asking?.abort();
    if (input.value.trim().length < 2) return close();
    asking = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.address}?q=${encodeURIComponent(input.value)}`, { signal: asking.signal });
      if (answer.ok) show(await answer.json());
    } catch {
      // No network, or a newer question: the box still searches.
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? options().length - 1 : chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) options()[chosen].querySelector("a").click();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
}
