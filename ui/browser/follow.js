// Brings what a press of Next has added into view. It looks again for two seconds, for charts above may still grow,
// unless the visitor moves meanwhile.
export default function ({ data }) {
  if (!data.step) return;
  const look = setInterval(
    () => document.querySelector(`.st-key-strip-${data.step}`)?.scrollIntoView({ block: "nearest" }),
    150,
  );
  const stop = () => clearInterval(look);
  setTimeout(stop, 2000);
  for (const moved of ["wheel", "touchmove", "keydown"]) addEventListener(moved, stop, { once: true, passive: true });
}
