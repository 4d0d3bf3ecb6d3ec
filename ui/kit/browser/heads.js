// All heads as one picture to choose from: a row of maps for each layer. One tab stop, arrow keys move in both directions,
// a click or a key chooses. An arrow key is reported as "move", for then the page must not scroll away from the focus.
// Words arrive as data and leave as text; nothing in them is ever read as markup.
export default function ({ data, parentElement, setTriggerValue }) {
  const { layers, heads, chosen, picture, titles } = data;
  let frame = parentElement.querySelector(".frame");
  if (!frame) {
    frame = document.createElement("div");
    frame.className = "frame";
    frame.innerHTML =
      '<div class="across" aria-hidden="true"></div><div class="down" aria-hidden="true"></div>' +
      '<div class="maps"><img alt=""><div role="radiogroup"></div></div>';
    parentElement.append(frame);
  }
  const fill = (box, count, tag) => {
    while (box.children.length > count) box.lastChild.remove();
    while (box.children.length < count) box.append(document.createElement(tag));
    return [...box.children];
  };
  frame.style.setProperty("--layers", layers);
  frame.style.setProperty("--heads", heads);
  frame.style.setProperty("--mark", data.mark);
  fill(frame.querySelector(".across"), heads, "span").forEach((span, head) => (span.textContent = head + 1));
  fill(frame.querySelector(".down"), layers, "span").forEach((span, layer) => (span.textContent = layer + 1));
  const image = frame.querySelector("img");
  const group = frame.querySelector("[role=radiogroup]");
  image.onload = () => {
    // half of the gap of two pixels that lies around and between the maps
    group.style.inset = `${100 / image.naturalHeight}% ${100 / image.naturalWidth}%`;
  };
  if (image.src !== picture) image.src = picture;

  group.setAttribute("aria-label", data.label);
  const buttons = fill(group, layers * heads, "button");
  buttons.forEach((button, place) => {
    const [layer, head] = [Math.floor(place / heads), place % heads];
    const here = layer === chosen[0] && head === chosen[1];
    button.type = "button";
    button.title = titles[place];
    button.className = (here ? "chosen " : "") + (data.rows.includes(layer) ? "also" : "");
    button.setAttribute("role", "radio");
    button.setAttribute("aria-checked", String(here));
    button.setAttribute("aria-label", titles[place]);
    button.tabIndex = here ? 0 : -1;
    button.onclick = () => setTriggerValue("pick", place);
  });

  group.onkeydown = (event) => {
    const here = buttons.indexOf(group.getRootNode().activeElement);
    if (here < 0) return;
    const [layer, head] = [Math.floor(here / heads), here % heads];
    const wrap = (value, count) => (value + count) % count;
    const next = {
      ArrowRight: layer * heads + wrap(head + 1, heads),
      ArrowLeft: layer * heads + wrap(head - 1, heads),
      ArrowDown: wrap(layer + 1, layers) * heads + head,
      ArrowUp: wrap(layer - 1, layers) * heads + head,
      Home: layer * heads,
      End: layer * heads + heads - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    buttons[next].focus();
    setTriggerValue("move", next);
  };
}
