// Buttons that copy a text.

import { element, setText } from "./dom.js";

const SHOWN_MS = 1500;

// `text()` is asked for when the button is pressed. `name` says more than the label where that is short.
export function copyButton(label, text, name = null) {
  const button = element("button", { type: "button", class: "small" }, label);
  if (name !== null) button.title = name;
  makeCopyButton(button, text);
  return button;
}

export function makeCopyButton(button, text) {
  const label = button.textContent;
  let timer = 0;
  button.addEventListener("click", async () => {
    setText(button, (await copy(text())) ? "Copied" : "Not copied");
    clearTimeout(timer);
    timer = setTimeout(() => setText(button, label), SHOWN_MS);
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // navigator.clipboard is for HTTPS and localhost alone
  }
}

function copyBySelection(text) {
  const focused = document.activeElement;
  const area = element("textarea", { class: "hidden", readonly: "", tabindex: "-1" });
  area.value = text;
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return isDone;
}
