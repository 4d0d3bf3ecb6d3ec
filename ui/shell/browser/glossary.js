// A term in a text opens the glossary at its entry: that of the sidebar, or on a narrow screen that of the page's end.
// A figure alone has neither.
function letTermsOpenTheGlossary() {
  addEventListener("click", ({ target }) => {
    const term = target.closest?.(".term");
    if (term) setTimeout(showEntry, 150, term.dataset.term); // an open glossary closes at a press outside of it
  });
}

function showEntry(term) {
  const below = document.querySelector(".st-key-glossary-below button");
  const narrow = below?.checkVisibility();
  if (!narrow) document.querySelector('[data-testid="stExpandSidebarButton"]')?.click();
  let [looks, found, pressed] = [0, 0, false];
  const look = setInterval(() => {
    const entry = document.querySelector(`.glossary [data-term="${CSS.escape(term)}"]`);
    const button = narrow ? below : document.querySelector(".st-key-glossary button");
    if (!entry && !pressed && button?.checkVisibility()) {
      pressed = true;
      button.scrollIntoView({ block: "nearest" });
      if (button.getAttribute("aria-expanded") !== "true") button.click();
    }
    entry?.focus({ preventScroll: true });
    entry?.scrollIntoView({ block: "center" });
    looks += 1;
    found += entry ? 1 : 0;
    if (found > 3 || looks > 60) clearInterval(look); // it opens a little above its place
  }, 100);
}
