// A swipe up or down that begins on a slider scrolls the page. Streamlit's sliders follow a finger as soon as it touches
// them. Here a touch waits until it is clear what it is: the browser takes an upright swipe away from the page (the style
// sheet's `touch-action: pan-y`); a sideways one and a tap are handed to the slider.
function letSwipesScroll() {
  let waiting = null; // the touch that no slider has had yet
  const onSlider = (event) => event.isTrusted && event.target.closest?.(".stSlider [data-rac]");
  const handOn = ({ type, clientX, clientY }) => {
    const upright = waiting && Math.abs(clientX - waiting.clientX) <= Math.abs(clientY - waiting.clientY);
    if (!waiting || (type === "pointermove" && upright)) return;
    const touch = waiting;
    waiting = null;
    touch.target.dispatchEvent(new PointerEvent(touch.type, touch));
  };
  const on = (type, listener) => document.addEventListener(type, listener, { capture: true, passive: true });
  on("pointerdown", (event) => {
    if (event.pointerType !== "touch" || !onSlider(event)) return;
    event.stopPropagation();
    waiting = event;
  });
  on("touchstart", (event) => onSlider(event) && event.stopPropagation()); // the same touch by its older name
  on("pointermove", handOn);
  on("pointerup", handOn);
  on("pointercancel", () => (waiting = null));
}
