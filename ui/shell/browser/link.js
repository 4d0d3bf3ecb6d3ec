// The link to the view, for every field that offers it; and Back means back. Streamlit adds a step to the browser's
// history whenever the address changes: whatever follows from one thing a visitor does is one step, all that is typed
// into a field too, and a step back to another page opens that page's link.
let begun = false;

export default function ({ data }) {
  document.documentElement.dataset.link = data.link;
  document.dispatchEvent(new Event("link"));
  bringIntoView(data.target);
  if (begun) return;
  begun = true;
  letSwipesScroll();
  letClickersTurn();
  letTermsOpenTheGlossary();
  const push = history.pushState.bind(history);
  let [path, acted] = [location.pathname, false];
  const act = ({ type, key, target }) => {
    const typing = type === "keydown" && key !== "Tab" && target.matches?.("input, textarea");
    acted ||= !typing;
  };
  for (const type of ["pointerdown", "click", "keydown"]) addEventListener(type, act, true);
  history.pushState = (...step) => {
    acted ? push(...step) : history.replaceState(...step);
    [path, acted] = [location.pathname, false];
  };
  addEventListener("popstate", () => location.pathname === path || location.reload());
  addEventListener("click", keepEmbedded, true);
}

// A link of ours within a text leads on in a frame as it does in the navigation: without what a frame has no room for.
function keepEmbedded({ target }) {
  const link = target.closest?.("a[href]");
  const here = new URLSearchParams(location.search);
  if (!link || link.origin !== location.origin || here.get("embed") !== "true") return;
  const to = new URL(link.href);
  for (const name of ["embed", "embed_options"])
    for (const value of here.getAll(name)) if (!to.searchParams.has(name, value)) to.searchParams.append(name, value);
  link.href = to;
}

// A presenter's clicker sends Page Down and Page Up. In a lecture they press the buttons of its bar.
function letClickersTurn() {
  const buttons = { PageDown: "lecture-next", PageUp: "lecture-back" };
  addEventListener("keydown", (event) => {
    const button = document.querySelector(`.st-key-${buttons[event.key]} button`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}
