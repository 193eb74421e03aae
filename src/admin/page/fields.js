// The places of index.html that are filled: by their attribute data-field, data-state, data-list or data-section.

import { setText } from "./dom.js";

export function place(kind, name) {
  return document.querySelector(`[data-${kind}="${name}"]`);
}

const fields = new Map();

// Fills the places named by the keys of `texts`.
export function fill(texts) {
  for (const [name, text] of Object.entries(texts)) {
    let node = fields.get(name);
    if (!node) {
      node = place("field", name);
      fields.set(name, node);
      node.replaceChildren();
    }
    setText(node, text);
  }
}
