// Brings a part of the page into view: what a press of Next has added, or what the address names after its #. It looks
// again until nothing has moved it for two seconds, twenty at most, for charts above may still grow, unless the visitor
// moves meanwhile.
const EVERY = 150; // milliseconds
let arrived = false;
let stop = () => {};

export default function ({ data }) {
  stop();
  if (!data.target || (data.linked && (arrived || location.hash !== data.target))) return;
  arrived = true;
  let [looks, still, last] = [0, 0, null];
  const look = setInterval(() => {
    const part = document.querySelector(data.target);
    const moved = part?.getBoundingClientRect().top !== last;
    part?.scrollIntoView({ block: data.linked ? "start" : "nearest" });
    last = part?.getBoundingClientRect().top;
    still = part && !moved ? still + 1 : 0;
    looks += 1;
    if (still * EVERY > 2000 || looks * EVERY > 20000) stop();
  }, EVERY);
  stop = () => clearInterval(look);
  for (const moved of ["wheel", "touchmove", "keydown"]) addEventListener(moved, () => stop(), { once: true, passive: true });
}
