// Brings what a press of Next has added into view; does nothing when a page is opened or a number changes.
export default function ({ data, parentElement }) {
  const before = parentElement.step ?? data.step;
  parentElement.step = data.step;
  if (data.step <= before) return;
  setTimeout(() => document.querySelector(`.st-key-strip-${data.step}`)?.scrollIntoView({ block: "nearest" }), 150);
}
