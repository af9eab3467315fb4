// Lets one paste cells of a spreadsheet into a small table: they spread from the cell that has the focus, and rows are added
// as they are needed. Enter goes to the next row. Without it, there is a field to paste into, and a button that makes room.
const read = (text) => {
  const rows = [[]];
  let cell = "", quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') { cell += '"'; at += 1; } else quoted = false;
    } else if (letter === '"' && cell === "") quoted = true;
    else if (letter === "\t") { rows.at(-1).push(cell); cell = ""; }
    else if (letter === "\n") { rows.at(-1).push(cell); rows.push([]); cell = ""; }
    else if (letter !== "\r") cell += letter;
  }
  rows.at(-1).push(cell);
  return rows.map((row) => row.map((one) => one.replace(/\s+/g, " ").trim())).filter((row) => row.some(Boolean));
};

for (const place of document.querySelectorAll('[data-module="grid"]')) {
  const table = place.querySelector("table"), most = Number(place.dataset.most), told = place.querySelector(".grid__told");
  const paste = place.querySelector("textarea"), heads = [...table.querySelectorAll("th")].map((one) => one.textContent.trim().toLowerCase());
  const bodies = () => [...table.tBodies], cellsOf = (body) => [...body.querySelectorAll("input")];

  const add = () => {
    const last = bodies().at(-1), n = Number(last.dataset.n) + 1, fresh = last.cloneNode(true);
    if (bodies().length >= most) return null;
    fresh.dataset.n = n;
    for (const input of cellsOf(fresh)) {
      const column = input.name.slice(0, input.name.lastIndexOf("_"));
      input.value = "";
      input.id = input.name = `${column}_${n}`;
      input.setAttribute("aria-label", `${input.getAttribute("aria-label").split(", ")[0]}, ${place.dataset.spoken.replace("N", n)}`);
      input.classList.remove("input--wrong");
      for (const name of ["aria-invalid", "aria-describedby", "value"]) input.removeAttribute(name);
    }
    for (const error of fresh.querySelectorAll(".grid__error")) error.remove();
    for (const words of fresh.querySelectorAll("summary .visually-hidden")) words.textContent = ` (${place.dataset.spoken.replace("N", n)})`;
    for (const folded of fresh.querySelectorAll("details")) folded.open = false;
    table.append(fresh);
    return fresh;
  };
  const changed = (input) => input.dispatchEvent(new Event("input", { bubbles: true }));

  table.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    let rows = read(text);
    if (rows.length && rows[0].every((one) => !one || heads.includes(one.toLowerCase()))) rows = rows.slice(1);
    const start = event.target.closest("tbody"), column = cellsOf(start).indexOf(event.target), first = bodies().indexOf(start);
    if (first + rows.length > most) {
      // More than a table shows: the server reads it as it stands.
      paste.value = [paste.value, text].filter(Boolean).join("\n");
      paste.closest("details").open = true;
      return changed(paste);
    }
    rows.forEach((row, n) => {
      const body = bodies()[first + n] ?? add();
      const inputs = cellsOf(body);
      row.forEach((words, m) => { if (inputs[column + m]) inputs[column + m].value = words; });
      for (const folded of body.querySelectorAll("details")) folded.open = [...folded.querySelectorAll("input")].some((one) => one.value);
    });
    add();
    told.textContent = "";
    changed(event.target);
  });
  table.addEventListener("input", (event) => {
    if (event.target.value && event.target.closest("tbody") === bodies().at(-1)) add();
  });
  table.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const body = event.target.closest("tbody"), next = bodies()[bodies().indexOf(body) + 1] ?? add();
    if (next) cellsOf(next)[cellsOf(body).indexOf(event.target)].focus();
  });
}
