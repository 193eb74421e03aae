// The distribution of a latency: a bar for each bucket, and marks for the quantiles and the target.

import { KeyedList, element, setAttribute, setText, svg } from "./dom.js";
import * as format from "./format.js";
import { description, position, total } from "./histogram.js";

const HEIGHT = 100; // of the coordinates; CSS gives the size

export class Distribution {
  #drawing = svg("svg", { class: "bars", preserveAspectRatio: "none", role: "img" });
  #bars = new KeyedList(this.#drawing, () => new Bar());
  #marksRoot = element("div", { class: "marks", "aria-hidden": "true" });
  #marks = new KeyedList(this.#marksRoot, () => new Mark());
  #axisRoot = element("div", { class: "axis", "aria-hidden": "true" });
  #axis = new KeyedList(this.#axisRoot, () => new Tick());
  root = element("div", { class: "distribution" }, element("div", { class: "plot" }, this.#marksRoot, this.#drawing), this.#axisRoot);

  // `marks` are a name, a duration or null, a class, and the text of the duration.
  update(histogram, marks) {
    const { le, counts } = histogram;
    const highest = Math.max(1, ...counts);
    const all = total(histogram);
    setAttribute(this.#drawing, "viewBox", `0 0 ${counts.length} ${HEIGHT}`);
    setAttribute(this.#drawing, "aria-label", `Distribution of the latency: ${description(histogram, format.bound)}`);
    this.#bars.update(
      counts.map((count, i) => [i, { i, count, height: (count / highest) * HEIGHT, all, where: rangeOf(le, i) }]),
    );
    this.#axis.update(le.map((bound, i) => [i, { text: format.bound(bound), left: (i + 1) / counts.length }]));
    this.#marks.update(
      marks
        .filter(([, seconds]) => seconds !== null && seconds !== undefined)
        .map(([name, seconds, tone, text]) => [name, { name, tone, left: position(histogram, seconds), text }]),
    );
  }
}

function rangeOf(le, i) {
  if (i === le.length) return `above ${format.bound(le.at(-1))}`;
  return `${i === 0 ? "0" : format.bound(le[i - 1])} to ${format.bound(le[i])}`;
}

class Bar {
  #title = svg("title");
  #rect = svg("rect", {}, this.#title);
  #space = svg("rect", { class: "space", y: 0, height: HEIGHT });
  root = svg("g", {}, this.#space, this.#rect);

  update({ i, count, height, all, where }) {
    const drawn = count > 0 ? Math.max(height, 1.5) : 0; // a single request is seen too
    for (const rect of [this.#rect, this.#space]) {
      setAttribute(rect, "x", i + 0.06);
      setAttribute(rect, "width", 0.88);
    }
    setAttribute(this.#rect, "y", HEIGHT - drawn);
    setAttribute(this.#rect, "height", drawn);
    setText(this.#title, `${where}: ${format.count(count)} (${format.share(all > 0 ? count / all : 0)})`);
  }
}

class Tick {
  #text = element("span");
  root = element("div", {}, this.#text);

  update({ text, left }) {
    setText(this.#text, text);
    this.root.style.left = `${left * 100}%`;
  }
}

class Mark {
  #text = element("span");
  root = element("div", {}, this.#text);

  update({ name, tone, left, text }) {
    setText(this.#text, `${name} ${text}`);
    setAttribute(this.root, "class", `mark ${tone}${left > 0.8 ? " left" : ""}`);
    this.root.style.left = `${left * 100}%`;
  }
}
