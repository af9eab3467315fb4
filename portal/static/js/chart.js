// Reads a chart off, point by point: a slider below it, moved by keys, by finger or by pointing at the drawing; what it
// stands on is said in words and marked on the drawing. Without it, the figures stand in the table.
const SVG = "http://www.w3.org/2000/svg";

for (const [n, figure] of document.querySelectorAll('[data-module="chart"]').entries()) {
  const read = (name, from = figure) => JSON.parse(from.dataset[name]);
  const periods = read("periods"), figures = read("figures"), names = read("names");
  const drawings = [...figure.querySelectorAll("svg")].map((svg) => {
    const mark = document.createElementNS(SVG, "g");
    mark.setAttribute("class", "chart__cursor");
    mark.setAttribute("aria-hidden", "true");
    svg.append(mark);
    return { svg, mark, across: read("across", svg), heights: read("heights", svg) };
  });

  const label = document.createElement("label");
  label.className = "chart__read";
  label.htmlFor = `chart-read-${n}`;
  label.textContent = figure.dataset.label;
  const slider = document.createElement("input");
  slider.type = "range";
  slider.id = label.htmlFor;
  slider.className = "chart__slider";
  slider.min = 0;
  slider.max = periods.length - 1;
  slider.value = periods.length - 1;
  const told = document.createElement("output");
  told.className = "chart__told";
  told.htmlFor = slider.id;
  const box = document.createElement("div");
  box.className = "chart__reader";
  box.append(label, slider, told);
  figure.querySelector("figcaption").before(box);

  const words = (at) => {
    const said = figures[at].map((value, line) => {
      const figureWords = value === null ? figure.dataset.missing : [value, figure.dataset.unit].filter(Boolean).join(" ");
      return names.length > 1 ? `${names[line]} ${figureWords}` : figureWords;
    });
    return `${periods[at]}: ${said.join("; ")}`;
  };

  const show = (at, marked = true) => {
    slider.value = at;
    slider.setAttribute("aria-valuetext", words(at));
    told.textContent = words(at);
    for (const { svg, mark, across, heights } of drawings) {
      mark.replaceChildren();
      if (!marked) continue;
      const line = document.createElementNS(SVG, "path");
      line.setAttribute("d", `M${across[at]} ${svg.dataset.top}V${svg.dataset.bottom}`);
      mark.append(line);
      for (const height of heights[at].filter((one) => one !== null)) {
        const ring = document.createElementNS(SVG, "circle");
        for (const [name, value] of [["cx", across[at]], ["cy", height], ["r", 7]]) ring.setAttribute(name, value);
        mark.append(ring);
      }
    }
  };

  slider.addEventListener("input", () => show(Number(slider.value)));
  for (const { svg, across } of drawings) {
    const point = (event) => {
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
      let nearest = 0;
      for (const at of across.keys()) if (Math.abs(across[at] - x) < Math.abs(across[nearest] - x)) nearest = at;
      show(nearest);
    };
    svg.addEventListener("pointermove", point);
    svg.addEventListener("pointerdown", point);
  }
  show(periods.length - 1, false);
}
