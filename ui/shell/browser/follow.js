// Brings a part of the page into view: what a click has opened, or what the address names after its #. It looks
// again until nothing has moved it for two seconds, twenty at most, for charts above may still grow, unless the visitor
// moves meanwhile.
const EVERY = 150; // milliseconds
let arrived = false;
let stop = () => {};

function bringIntoView(target) {
  const linked = !arrived && location.hash.length > 1; // what the address names goes before the folds that it opens
  const name = decodeURIComponent(location.hash.slice(1)); // an element's id, or the key of a part of the page
  const find = () =>
    linked
      ? (document.getElementById(name) ?? document.querySelector(`.st-key-${CSS.escape(name)}`))
      : document.querySelector(target);
  arrived = true;
  if (!target && !linked) return;
  stop();
  let [looks, still, last] = [0, 0, null];
  const look = setInterval(() => {
    const part = find();
    const moved = part?.getBoundingClientRect().top !== last;
    part?.scrollIntoView({ block: linked ? "start" : "nearest" });
    last = part?.getBoundingClientRect().top;
    still = part && !moved ? still + 1 : 0;
    looks += 1;
    if (still * EVERY > 2000 || looks * EVERY > 20000) stop();
  }, EVERY);
  stop = () => clearInterval(look);
  for (const moved of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(moved, () => stop(), { once: true, passive: true });
}
