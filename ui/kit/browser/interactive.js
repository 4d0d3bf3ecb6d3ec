// One attention map in a file of its own: choose a word, point at a cell. Text arrives as data and leaves as text nodes.
const data = JSON.parse(document.getElementById("data").textContent);
const n = data.labels.length;
const bytes = Uint8Array.from(atob(data.weights), (c) => c.charCodeAt(0));
const numbers = new Float32Array(bytes.buffer); // rows = queries; NaN where a mask hides the key
const dark = matchMedia("(prefers-color-scheme: dark)");
const at = (query, key) => numbers[query * n + key];
const percent = (weight) => (Number.isNaN(weight) ? "masked" : `${(100 * weight).toFixed(1)} %`);
let chosen = data.query;

function colors() {
  return data.colors[dark.matches ? "dark" : "light"];
}

function colorOf(weight) {
  // The square-root scale of every picture of weights.
  const steps = colors().weights;
  return steps[Math.round(Math.sqrt(Math.max(weight, 0)) * (steps.length - 1))];
}

function element(tag, text = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function drawWords() {
  const list = document.getElementById("words");
  list.replaceChildren(
    ...data.labels.map((label, place) => {
      const button = element("button", label);
      const weight = at(chosen, place);
      button.setAttribute("role", "radio");
      button.setAttribute("aria-checked", String(place === chosen));
      button.tabIndex = place === chosen ? 0 : -1;
      button.title = percent(weight);
      button.style.background = colorOf(weight || 0);
      button.style.color = weight > colors().strong ? colors().on_strong : colors().on_weak;
      button.onclick = () => choose(place, true);
      return button;
    }),
  );
}

function drawBars() {
  document.getElementById("bars").replaceChildren(
    ...data.labels.map((label, place) => {
      const row = document.createElement("div");
      const bar = document.createElement("i");
      bar.style.width = `${100 * (at(chosen, place) || 0)}%`;
      row.append(element("span", label), bar, element("span", percent(at(chosen, place))));
      return row;
    }),
  );
}

const side = n > 64 ? 512 / n : Math.min(46, 460 / n);
const ruler = document.createElement("canvas").getContext("2d");
ruler.font = "13px sans-serif";
const longest = Math.max(...data.labels.map((label) => ruler.measureText(label).width));
const edge = n > 64 ? 20 : Math.min(longest, 86) + 34; // pixels beside and above the cells, for words and axis titles

function drawMap() {
  const canvas = document.querySelector("canvas");
  const ratio = devicePixelRatio || 1;
  canvas.width = canvas.height = (edge + side * n) * ratio;
  canvas.style.width = canvas.style.height = `${edge + side * n}px`;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.font = "13px sans-serif";
  for (let query = 0; query < n; query++) {
    for (let key = 0; key < n; key++) {
      const weight = at(query, key);
      if (Number.isNaN(weight)) continue;
      pen.fillStyle = colorOf(weight);
      pen.fillRect(edge + key * side, edge + query * side, side - (n > 64 ? 0 : 1), side - (n > 64 ? 0 : 1));
      if (side < 30) continue;
      pen.fillStyle = weight > colors().strong ? colors().on_strong : colors().on_weak;
      pen.textAlign = "center";
      pen.fillText(String(Math.round(100 * weight)), edge + (key + 0.5) * side, edge + (query + 0.62) * side);
    }
  }
  pen.fillStyle = colors().text;
  for (let place = 0; n <= 64 && place < n; place++) {
    pen.textAlign = "right";
    pen.fillText(data.labels[place], edge - 6, edge + (place + 0.62) * side, edge - 28);
    pen.save();
    pen.translate(edge + (place + 0.6) * side, edge - 6);
    pen.rotate(-Math.PI / 4);
    pen.textAlign = "left";
    pen.fillText(data.labels[place], 0, 0, 110);
    pen.restore();
  }
  pen.font = "bold 13px sans-serif";
  pen.textAlign = "left";
  pen.fillStyle = colors().key;
  pen.fillText("key: looks at →", edge, 12);
  pen.save();
  pen.rotate(-Math.PI / 2);
  pen.fillStyle = colors().query;
  pen.fillText("← query: looks from", -edge - side * n, 12);
  pen.restore();
  pen.strokeStyle = colors().query;
  pen.lineWidth = 2;
  pen.strokeRect(edge + 1, edge + chosen * side, side * n - 2, side);
  canvas.setAttribute("aria-label", data.alt);
}

function drawLegend() {
  document.getElementById("legend").replaceChildren(
    ...[0, 0.05, 0.25, 0.5, 1].map((weight) => {
      const step = element("span", ` ${100 * weight} %`);
      const swatch = document.createElement("i");
      swatch.style.background = colorOf(weight);
      step.prepend(swatch);
      return step;
    }),
  );
}

function reading() {
  const order = [...Array(n).keys()].filter((key) => key !== chosen && at(chosen, key) > 0);
  order.sort((a, b) => at(chosen, b) - at(chosen, a) || a - b);
  const seen = order.slice(0, 3).map((key) => `“${data.labels[key]}” (${percent(at(chosen, key))})`);
  const own = at(chosen, chosen) > 0 ? ` It gives itself ${percent(at(chosen, chosen))}.` : "";
  return `“${data.labels[chosen]}” looks at ${seen.join(", ") || "no other word"}.${own}`;
}

function cellOf(event) {
  const box = event.target.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top].map((place) => Math.floor((place - edge) / side));
  return x >= 0 && y >= 0 && x < n && y < n ? [y, x] : null;
}

function choose(place, focus = false) {
  chosen = place;
  drawWords();
  drawBars();
  drawMap();
  drawLegend();
  document.getElementById("reading").textContent = reading();
  if (focus) document.querySelectorAll("#words button")[place].focus();
}

document.getElementById("words").onkeydown = (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  choose((chosen + step + n) % n, true);
};
const canvas = document.querySelector("canvas");
canvas.onclick = (event) => cellOf(event) && choose(cellOf(event)[0]);
canvas.onmousemove = (event) => {
  const cell = cellOf(event);
  canvas.title = cell ? `${data.labels[cell[0]]} → ${data.labels[cell[1]]}: ${percent(at(...cell))}` : "";
};
dark.onchange = () => choose(chosen);
choose(chosen);
