// The pages of addresses: each can be copied. On an intranet without TLS browsers give no clipboard; then it is selected and copied the old way.
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/object.css";
import "./styles/desktop.css";

async function copy(button: HTMLButtonElement): Promise<void> {
  const text = button.dataset.copy!;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const range = document.createRange();
    range.selectNodeContents(button.previousElementSibling!);
    const selection = getSelection()!;
    selection.removeAllRanges();
    selection.addRange(range);
    if (!document.execCommand("copy")) return; // it stays selected, for the keyboard
    selection.removeAllRanges();
  }
  const label = button.textContent;
  button.textContent = button.dataset.done!;
  setTimeout(() => { button.textContent = label; }, 1600);
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) button.addEventListener("click", () => void copy(button));
