// What rows and lists to choose from share: one tab stop, arrow keys move, a click or a key
// chooses.
function radioGroup(parentElement, label) {
  let list = parentElement.querySelector("[role=radiogroup], [role=group]");
  if (!list) {
    list = document.createElement("div");
    list.setAttribute("role", "radiogroup");
    parentElement.append(list);
  }
  list.setAttribute("aria-label", label);
  return list;
}

function moveByKeys(list, buttons, choose = true) {
  list.onkeydown = (event) => {
    const here = buttons.indexOf(list.getRootNode().activeElement);
    const steps = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1 };
    const next = steps[event.key] ?? { Home: 0, End: buttons.length - 1 }[event.key];
    if (here < 0 || next === undefined) return;
    event.preventDefault();
    const button = buttons[(next + buttons.length) % buttons.length];
    button.focus();
    if (choose) button.click();
  };
}
