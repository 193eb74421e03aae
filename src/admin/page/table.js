// The table of routes: one <tbody> for each endpoint, so that a row and its details move together.

import { COLUMNS, isRoute, selected } from "./columns.js";
import { KeyedList, element, setAttribute, setCutText, setText, svg } from "./dom.js";
import * as format from "./format.js";
import { Sparkline } from "./sparkline.js";

const TICKS_PER_POINT = 3; // of a row's drawing, which is narrow

export class RouteTable {
  #head;
  #rows;
  #fold;
  #empty;
  #isSeen = new IntersectionObserver((entries) => entries.forEach((entry) => this.#seen(entry)), { rootMargin: "200px" });
  #rowOf = new WeakMap(); // <tbody> to Row

  // `actions`: sort(key), open(label), toggleIdle().
  constructor(table, actions) {
    this.#head = new Head(actions);
    this.#fold = new Fold(actions);
    this.#empty = new Message();
    table.append(element("colgroup", {}, ...COLUMNS.map(({ key }) => element("col", { class: `c-${key}` }))));
    table.append(this.#head.root);
    const create = (endpoint) => {
      const row = new Row(endpoint, actions);
      this.#rowOf.set(row.root, row);
      this.#isSeen.observe(row.root);
      return row;
    };
    this.#rows = new KeyedList(new Behind(table, this.#head.root), create);
    table.append(this.#fold.root, this.#empty.root);
    table.addEventListener("keydown", moveByArrows);
  }

  // Returns what is shown.
  update({ live, history, state, emptyText }) {
    const shown = selected(live.endpoints, state);
    this.#head.update(state);
    this.#rows.update(shown.rows.map((endpoint) => [endpoint.label, { endpoint, live, history, state }]));
    const isFolding = shown.idle > 0 && state.filter.trim() === "";
    this.#fold.update(isFolding ? shown.idle : 0, state);
    this.#empty.update(shown.matching === 0 ? emptyText : "");
    return shown;
  }

  // Where the details of an endpoint belong; null if it has no row.
  setDetails(label, details) {
    this.#rows.get(label)?.setDetails(details);
  }

  #seen({ target, isIntersecting }) {
    this.#rowOf.get(target)?.setSeen(isIntersecting);
  }
}

// The children of `parent` that follow `head`, as KeyedList needs them.
class Behind {
  #parent;
  #head;

  constructor(parent, head) {
    this.#parent = parent;
    this.#head = head;
  }

  get firstElementChild() {
    return this.#head.nextElementSibling;
  }

  contains(node) {
    return this.#parent.contains(node);
  }

  insertBefore(node, reference) {
    return this.#parent.insertBefore(node, reference);
  }
}

class Head {
  #cells = new Map();
  root = element("thead");

  constructor({ sort }) {
    const row = element("tr");
    for (const { key, title, name } of COLUMNS) {
      const button = element("button", { type: "button", title: `Sort by ${name}` }, element("span", {}, title));
      button.addEventListener("click", () => sort(key));
      const cell = element("th", { scope: "col", class: `c-${key}` }, button);
      this.#cells.set(key, cell);
      row.append(cell);
    }
    this.root.append(row);
  }

  update({ sort, descending }) {
    for (const [key, cell] of this.#cells)
      setAttribute(cell, "aria-sort", key === sort ? (descending ? "descending" : "ascending") : null);
  }
}

class Row {
  #cells = [];
  #label = element("bdi", { class: "label" });
  #methods = element("span", { class: "methods" });
  #button = element("button", { type: "button", class: "opener" }, this.#label, this.#methods);
  #sparkline = new Sparkline(svg("svg", { class: "spark", "aria-hidden": "true" }));
  #isSeen = true; // until the observer knows
  #written = null; // the item that the cells show
  #drawn = -1; // the tick of the drawing
  #shown = null; // the last item
  #details = null;
  root = element("tbody");

  constructor({ endpoint }, { open }) {
    this.#button.addEventListener("click", () => open(endpoint.label));
    const row = element("tr", {}, element("th", { scope: "row", class: "c-label" }, this.#button));
    for (const column of COLUMNS.slice(1)) {
      const cell = element("td", { class: `c-${column.key}` });
      if (column.key === "peak") cell.append(this.#sparkline.root);
      else this.#cells.push({ cell, column, tone: "" });
      row.append(cell);
    }
    this.root.append(row);
    setCutText(this.#label, format.visible(endpoint.label));
    this.#label.classList.toggle("special", !isRoute(endpoint));
  }

  update(item) {
    this.#shown = item;
    const isOpen = item.state.open === item.endpoint.label;
    setAttribute(this.#button, "aria-expanded", isOpen);
    if (!isOpen) this.setDetails(null);
    this.#write();
  }

  setSeen(isSeen) {
    this.#isSeen = isSeen;
    this.#write();
  }

  // Writes what is on the screen; other rows are written when they come into sight.
  #write() {
    if (!this.#isSeen || this.#written === this.#shown) return;
    this.#written = this.#shown;
    const { endpoint, live } = this.#shown;
    setText(this.#methods, endpoint.methods.join(" "));
    for (const entry of this.#cells) {
      const { cell, column } = entry;
      setText(cell, column.text(endpoint, live.time));
      const tone = column.tone(endpoint);
      if (tone !== entry.tone) {
        entry.tone = tone;
        cell.className = `c-${column.key} ${tone}`;
      }
      if (column.hint) setAttribute(cell, "title", column.hint(endpoint));
    }
    this.#draw();
  }

  setDetails(details) {
    if (this.#details === details) return;
    this.#details?.remove();
    this.#details = details;
    if (details) this.root.append(details);
    this.root.classList.toggle("open", details !== null);
  }

  // Once for each tick.
  #draw() {
    const { endpoint, history } = this.#shown;
    if (this.#drawn === history.tick) return;
    this.#drawn = history.tick;
    const points = history.of(endpoint.label);
    this.#sparkline.draw({
      values: points.rate,
      errors: points.errors,
      tick: history.tick,
      top: endpoint.peak,
      group: TICKS_PER_POINT,
    });
  }
}

// The line below the rows, for endpoints without a request.
class Fold {
  #text = element("span");
  #button = element("button", { type: "button", class: "opener" }, this.#text);
  root = element(
    "tbody",
    { class: "fold", hidden: "" },
    element("tr", {}, element("td", { colspan: COLUMNS.length }, this.#button)),
  );

  constructor({ toggleIdle }) {
    this.#button.addEventListener("click", toggleIdle);
  }

  update(number, { idle }) {
    this.root.hidden = number === 0;
    setAttribute(this.#button, "aria-expanded", idle);
    setText(this.#text, `${format.plural(number, "route", "routes")} without a request`);
  }
}

class Message {
  #cell = element("td", { colspan: COLUMNS.length });
  root = element("tbody", { class: "message", hidden: "" }, element("tr", {}, this.#cell));

  update(text) {
    this.root.hidden = text === "";
    setText(this.#cell, text);
  }
}

// The arrow keys lead from row to row.
function moveByArrows(event) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  if (!event.target.classList.contains("opener")) return;
  const openers = [...event.currentTarget.querySelectorAll("tbody:not([hidden]) .opener")];
  const next = openers[openers.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

// For where the head of the table is too narrow to sort by all columns.
export function sortOptions() {
  return COLUMNS.map(({ key, name }) => element("option", { value: key }, `by ${name}`));
}
