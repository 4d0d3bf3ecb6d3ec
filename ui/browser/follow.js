// Brings a part of the page into view: what a press of Next has added, or what the address names after its #. It looks
// again for two seconds, for charts above may still grow, unless the visitor moves meanwhile.
let arrived = false;

export default function ({ data }) {
  if (!data.target || (data.linked && (arrived || location.hash !== data.target))) return;
  arrived = true;
  const look = setInterval(
    () => document.querySelector(data.target)?.scrollIntoView({ block: data.linked ? "start" : "nearest" }),
    150,
  );
  const stop = () => clearInterval(look);
  setTimeout(stop, 2000);
  for (const moved of ["wheel", "touchmove", "keydown"]) addEventListener(moved, stop, { once: true, passive: true });
}
