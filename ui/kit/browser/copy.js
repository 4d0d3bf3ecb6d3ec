// A button that puts the page's link on the clipboard, and the link itself for those who copy by hand.
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  const field = parentElement.querySelector("input");
  const status = parentElement.querySelector("[role=status]");
  const show = () => {
    const { link = "" } = document.documentElement.dataset; // link.js keeps it there
    if (field.value !== link) status.textContent = "";
    field.value = link;
  };
  field.hidden = !data.withField;
  field.onfocus = () => field.select();
  button.onclick = async () => {
    let copied = true;
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.hidden = false;
      field.focus(); // which marks the link
      copied = document.execCommand("copy");
      field.hidden = copied && !data.withField;
    }
    status.textContent = copied ? "Copied." : "Your browser did not copy it. The link is marked: copy it by hand.";
  };
  show();
  document.addEventListener("link", show);
  return () => document.removeEventListener("link", show);
}
