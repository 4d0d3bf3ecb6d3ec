// The sentence as a row of words to choose from: one tab stop, arrow keys move, a click or a key chooses.
// Words arrive as data and leave as text nodes; nothing in them is ever read as markup.
export default function ({ data, parentElement, setTriggerValue }) {
  let list = parentElement.querySelector("[role=radiogroup]");
  if (!list) {
    list = document.createElement("div");
    list.setAttribute("role", "radiogroup");
    parentElement.append(list);
  }
  list.setAttribute("aria-label", data.label);
  list.style.setProperty("--query", data.query);
  list.style.setProperty("--key", data.key);

  const words = data.words;
  while (list.children.length > words.length) list.lastChild.remove();
  while (list.children.length < words.length) list.append(document.createElement("span"));

  words.forEach((word, place) => {
    const known = word.index !== null;
    let cell = list.children[place];
    if ((cell.tagName === "BUTTON") !== known) {
      const fresh = document.createElement(known ? "button" : "span");
      cell.replaceWith(fresh);
      cell = fresh;
    }
    cell.textContent = word.text;
    cell.title = word.title;
    if (!known) {
      cell.className = "unknown";
      return;
    }
    const chosen = word.index === data.chosen;
    cell.type = "button";
    cell.className = (chosen ? "chosen " : "") + (word.index === data.seen ? "seen" : "");
    cell.style.backgroundColor = word.color;
    cell.style.color = word.ink;
    cell.setAttribute("role", "radio");
    cell.setAttribute("aria-checked", String(chosen));
    cell.setAttribute("aria-label", `${word.text}: ${word.title}`);
    cell.tabIndex = chosen ? 0 : -1;
    cell.onclick = () => setTriggerValue("pick", word.index);
  });

  const buttons = [...list.querySelectorAll("button")];
  list.onkeydown = (event) => {
    const here = buttons.indexOf(list.getRootNode().activeElement);
    const steps = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1 };
    const ends = { Home: 0, End: buttons.length - 1 };
    const next = steps[event.key] ?? ends[event.key];
    if (here < 0 || next === undefined) return;
    event.preventDefault();
    const button = buttons[(next + buttons.length) % buttons.length];
    button.focus();
    button.click();
  };
}
