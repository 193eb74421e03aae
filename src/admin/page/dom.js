// Elements, made and changed without markup: texts become text nodes, whatever they hold. Only what differs is written.

export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// `node` has no other child than this text.
export function setText(node, text) {
  if (node.firstChild === null) node.append(text);
  else if (node.firstChild.data !== text) node.firstChild.data = text;
}

// null removes the attribute.
export function setAttribute(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

// Cut by CSS where it is too long, and whole in the title.
export function setCutText(node, text) {
  setText(node, text);
  setAttribute(node, "title", text);
}

// Brings the children of `parent` into the order of `wanted`, all of which it gets; others stay behind them. The child
// with the focus is not moved, since moving it would take the focus away: the others are moved around it.
export function arrange(parent, wanted) {
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  const pinned = focused && wanted.find((child) => child.contains(focused));
  if (!pinned) return place(parent, wanted, parent.firstElementChild, null);
  const index = wanted.indexOf(pinned);
  place(parent, wanted.slice(0, index), parent.firstElementChild, pinned);
  return place(parent, wanted.slice(index + 1), pinned.nextElementSibling, null);
}

// Puts `wanted` from `cursor` on, and before `end`.
function place(parent, wanted, cursor, end) {
  for (const child of wanted) {
    if (child === cursor) {
      cursor = cursor.nextElementSibling;
    } else if (cursor !== end && cursor?.nextElementSibling === child) {
      cursor = child.nextElementSibling; // the one that is passed over gets its place when its turn comes
    } else {
      parent.insertBefore(child, cursor);
    }
  }
}

// The children of one element, one for each item, kept by key from one update to the next.
export class KeyedList {
  #parent;
  #create;
  #entries = new Map();

  // `create(item)` returns an object with the element `root` and a function `update(item)`.
  constructor(parent, create) {
    this.#parent = parent;
    this.#create = create;
  }

  // `items` are pairs of a key and an item.
  update(items) {
    const entries = new Map();
    for (const [key, item] of items) {
      const entry = this.#entries.get(key) ?? this.#create(item);
      entry.update(item);
      entries.set(key, entry);
    }
    for (const [key, entry] of this.#entries) {
      if (!entries.has(key)) entry.root.remove();
    }
    this.#entries = entries;
    arrange(
      this.#parent,
      [...entries.values()].map((entry) => entry.root),
    );
  }

  get(key) {
    return this.#entries.get(key);
  }
}

// A pair of a list of facts.
export class Fact {
  #name = element("dt");
  #value = element("dd");
  root = element("div", {}, this.#name, this.#value);

  update([name, value, tone = null]) {
    setCutText(this.#name, name);
    setText(this.#value, value);
    setAttribute(this.root, "class", tone);
  }
}
