// A button that puts the page's link on the clipboard, and the link itself for those who copy by hand.
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const field = parentElement.querySelector("input");
  const said = parentElement.querySelector("[role=status]");
  if (field.value !== data.link) said.textContent = "";
  field.value = data.link;
  field.onfocus = () => field.select();
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(data.link);
    } catch {
      field.select();
      document.execCommand("copy");
    }
    said.textContent = "Copied.";
  };
}
