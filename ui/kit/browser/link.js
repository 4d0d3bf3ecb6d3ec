// The link to the view, for every field that offers it; and Back means back. Streamlit adds a step to the browser's
// history for each setting that a page gets back, and takes the settings out of the address of a page that is left. So
// whatever follows from one thing a visitor does is one step, a view keeps its link when it is left, and a step back to
// another page opens that link.
let address;

export default function ({ data }) {
  const [first, before] = [address === undefined, address?.pathname];
  document.documentElement.dataset.link = data.link;
  document.dispatchEvent(new Event("link"));
  address = new URL(data.address, location.href);
  for (const [name, value] of new URLSearchParams(location.search))
    if (name.startsWith("embed")) address.searchParams.append(name, value); // a frame stays a frame
  const arrived = !first && before !== address.pathname && location.pathname === address.pathname;
  if (arrived) history.replaceState(history.state, "", address); // Streamlit may have lost what came from another page
  if (!first) return;
  letSwipesScroll();
  const push = history.pushState.bind(history);
  let path = location.pathname;
  let acted = false;
  for (const act of ["pointerdown", "click", "keydown"]) addEventListener(act, () => (acted = true), true);
  history.pushState = (...step) => {
    if (acted) {
      if (address.pathname === location.pathname) history.replaceState(history.state, "", address);
      push(...step);
    } else history.replaceState(...step);
    acted = false;
    path = location.pathname;
  };
  addEventListener("popstate", () => location.pathname === path || location.reload());
}
