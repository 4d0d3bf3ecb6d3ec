// Brings a part of the page into view: what a press of Next has added, or what the address names after its #. It looks
// again until nothing has moved for two seconds, for charts above may still grow, unless the visitor moves meanwhile.
let arrived = false;

export default function ({ data }) {
  if (!data.target || (data.linked && (arrived || location.hash !== data.target))) return;
  arrived = true;
  let looks = 0;
  let still = 0;
  let last = null;
  const look = setInterval(() => {
    const part = document.querySelector(data.target);
    part?.scrollIntoView({ block: data.linked ? "start" : "nearest" });
    const top = part?.getBoundingClientRect().top;
    still = part && top === last ? still + 1 : 0;
    last = top;
    looks += 1;
    if (still * EVERY > 2000 || looks * EVERY > 20000) stop();
  }, EVERY);
  const stop = () => clearInterval(look);
  for (const moved of ["wheel", "touchmove", "keydown"]) addEventListener(moved, stop, { once: true, passive: true });
}

const EVERY = 150; // milliseconds
