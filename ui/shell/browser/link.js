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
}
