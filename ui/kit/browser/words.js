// The sentence as a row of words to choose from.
// Words arrive as data and leave as text nodes; nothing in them is ever read as markup.
export default function ({ data, parentElement, setTriggerValue }) {
  const list = radioGroup(parentElement, data.label);
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
  moveByKeys(list, buttons);
}
