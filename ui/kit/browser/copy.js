// A button that puts the page's link on the clipboard, and the link itself for those who copy by hand.
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const field = parentElement.querySelector("input");
  const said = parentElement.querySelector("[role=status]");
  if (field.value !== data.link) said.textContent = "";
  field.value = data.link;
  field.onfocus = () => field.select();
  button.onclick = async () => {
    let copied = true;
    try {
      await navigator.clipboard.writeText(data.link);
    } catch {
      field.focus(); // which marks the link
      copied = document.execCommand("copy");
    }
    said.textContent = copied ? "Copied." : "Your browser did not copy it. The link is marked: copy it by hand.";
  };
}
