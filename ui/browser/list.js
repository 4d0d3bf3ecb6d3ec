// A list to choose from, each line with a bar for its share: one tab stop, arrow keys move, a click or a key chooses.
// Words arrive as data and leave as text nodes; nothing in them is ever read as markup.
export default function ({ data, parentElement, setTriggerValue }) {
  let list = parentElement.querySelector("[role=radiogroup]");
  if (!list) {
    list = document.createElement("div");
    list.setAttribute("role", "radiogroup");
    parentElement.append(list);
  }
  list.setAttribute("aria-label", data.label);
  list.style.setProperty("--bar", data.bar);
  list.style.setProperty("--mark", data.mark);
  const lines = data.lines;
  while (list.children.length > lines.length) list.lastChild.remove();
  while (list.children.length < lines.length) {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "radio");
    for (const part of ["name", "value", "track"]) {
      const span = document.createElement("span");
      span.className = part;
      button.append(span);
    }
    button.lastChild.append(document.createElement("i"));
    list.append(button);
  }
  const buttons = [...list.children];
  const first = Math.max(lines.findIndex((line) => line.chosen), 0);
  lines.forEach((line, place) => {
    const button = buttons[place];
    button.querySelector(".name").textContent = line.name;
    button.querySelector(".value").textContent = line.value;
    button.querySelector("i").style.width = `${100 * line.share}%`;
    button.className = line.chosen ? "chosen" : "";
    button.setAttribute("aria-checked", String(line.chosen && place === first)); // a head may stand here twice
    button.tabIndex = place === first ? 0 : -1;
    button.onclick = () => setTriggerValue("pick", place);
  });
  list.onkeydown = (event) => {
    const here = buttons.indexOf(list.getRootNode().activeElement);
    const steps = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1 };
    const next = steps[event.key] ?? { Home: 0, End: buttons.length - 1 }[event.key];
    if (here < 0 || next === undefined) return;
    event.preventDefault();
    const button = buttons[(next + buttons.length) % buttons.length];
    button.focus();
    button.click();
  };
}
