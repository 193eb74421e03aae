// Elements, made and changed without markup: texts become text nodes, whatever they hold. Only what differs is written.

import { longestRise } from "./order.js";

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

// Brings the children of `parent` into the order of `wanted`, all of which it gets; others stay behind them. As few as
// possible are moved, and never the one with the focus, since moving it would take the focus away.
export function arrange(parent, wanted) {
  const places = new Map();
  for (let child = parent.firstElementChild; child; child = child.nextElementSibling) places.set(child, places.size);
  const isWanted = new Set(wanted);
  let next = [...places.keys()].find((child) => !isWanted.has(child)) ?? null;
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  const pinned = focused ? wanted.findIndex((child) => child.contains(focused)) : -1;
  const staying = longestRise(
    wanted.map((child) => places.get(child) ?? -1),
    pinned,
  );
  for (let i = wanted.length - 1; i >= 0; --i) {
    if (!staying.has(i)) parent.insertBefore(wanted[i], next);
    next = wanted[i];
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
