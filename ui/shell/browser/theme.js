// The server draws pictures in the colours of the theme. When it changes while a page is open, with the system's at dusk
// or from the menu, this asks for the page again.
let watcher;

export default function ({ data, setTriggerValue }) {
  const app = document.querySelector("[data-testid=stApp]");
  watcher?.disconnect();
  watcher = new MutationObserver(() => {
    if (getComputedStyle(app).colorScheme !== data.theme) setTriggerValue("changed", true);
  });
  watcher.observe(app, { attributeFilter: ["class"] });
}
