// A list to choose from, each line with a bar for its share.
// Words arrive as data and leave as text nodes; nothing in them is ever read as markup.
export default function ({ data, parentElement, setTriggerValue }) {
  const list = radioGroup(parentElement, data.label);
  list.style.setProperty("--bar", data.bar);
  list.style.setProperty("--mark", data.mark);
  const lines = data.lines;
  while (list.children.length > lines.length) list.lastChild.remove();
  while (list.children.length < lines.length) {
    const button = document.createElement("button");
    button.type = "button";
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
    if (!data.buttons) {
      button.setAttribute("role", "radio");
      button.setAttribute("aria-checked", String(line.chosen && place === first)); // a head may stand here twice
    }
    button.tabIndex = place === first ? 0 : -1;
    button.onclick = () => setTriggerValue("pick", place);
  });
  if (data.buttons) list.setAttribute("role", "group");
  moveByKeys(list, buttons, !data.buttons);
}
