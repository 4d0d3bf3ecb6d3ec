// Back means back. Streamlit adds a step to the browser's history for each setting that a page gets back, and takes the
// settings out of the address of a page that is left. So steps that follow each other at once become one, a view keeps
// its link when it is left, and a step back to another page opens that link.
const BURST = 300; // milliseconds
let link;

export default function ({ data }) {
  const first = link === undefined;
  link = new URL(data.link, location.href);
  if (!first) return;
  const push = history.pushState.bind(history);
  let path = location.pathname;
  let last = -BURST;
  history.pushState = (...step) => {
    const now = performance.now();
    if (now - last < BURST) history.replaceState(...step);
    else {
      if (link.pathname === location.pathname) history.replaceState(history.state, "", link);
      push(...step);
    }
    last = now;
    path = location.pathname;
  };
  addEventListener("popstate", () => location.pathname === path || location.reload());
}
