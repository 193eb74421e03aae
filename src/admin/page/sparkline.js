// Small drawings of the points of the last 15 minutes.

import { setAttribute, svg } from "./dom.js";

export const TICKS = 180;
const SEEN_SHARE = 0.02; // of the height: less would be a coloured base line
const HEIGHT = 100; // of the coordinates; CSS gives the size

// The mean of each `group` ticks, the groups aligned to tick numbers, so that a drawing moves by whole groups and does
// not change its shape in between. null where a group has no value. Elements are [x, value] with x in ticks from the
// left edge, which is TICKS before `tick`.
export function grouped(values, tick, group) {
  const first = tick - values.length + 1; // the tick of the first value
  const result = [];
  let sum = 0;
  let known = 0;
  for (let i = 0; i < values.length; ++i) {
    if (values[i] !== null) {
      sum += values[i];
      ++known;
    }
    const isLast = i + 1 === values.length;
    if ((first + i) % group !== group - 1 && !isLast) continue;
    result.push([TICKS - values.length + i + 1, known > 0 ? sum / known : null]);
    sum = known = 0;
  }
  return result;
}

const rounded = (value) => Math.round(value * 10) / 10;

// The line through the points as the attribute `d` of a path, in pieces where values are null.
export function linePath(points, top) {
  let path = "";
  let isDown = false;
  for (const [x, value] of points) {
    if (value === null) {
      isDown = false;
      continue;
    }
    const y = rounded(HEIGHT - (top > 0 ? value / top : 0) * HEIGHT);
    path += `${isDown ? "L" : "M"}${x} ${y}`;
    if (!isDown) path += "h.01"; // a single point is drawn too
    isDown = true;
  }
  return path;
}

// The area below the line, without gaps: null is 0.
export function areaPath(points, top) {
  if (points.length === 0) return "";
  const line = points.map(([x, value]) => `L${x} ${rounded(HEIGHT - (top > 0 ? (value ?? 0) / top : 0) * HEIGHT)}`);
  return `M${points[0][0]} ${HEIGHT}${line.join("")}L${points.at(-1)[0]} ${HEIGHT}Z`;
}

export class Sparkline {
  #area = svg("path", { class: "area" });
  #line = svg("path", { class: "line" });
  #errors = svg("path", { class: "errors" });

  // Draws into `root`, an <svg>.
  constructor(root) {
    this.root = root;
    setAttribute(root, "viewBox", `0 -6 ${TICKS} ${HEIGHT + 8}`);
    setAttribute(root, "preserveAspectRatio", "none");
    root.append(this.#area, this.#line, this.#errors);
  }

  // `errors` are drawn in the scale of `values`.
  draw({ values, errors = [], tick, top, group = 1 }) {
    const points = grouped(values, tick, group);
    setAttribute(this.#area, "d", areaPath(points, top));
    setAttribute(this.#line, "d", linePath(points, top));
    const hasErrors = errors.some((value) => value > top * SEEN_SHARE);
    setAttribute(this.#errors, "d", hasErrors ? areaPath(grouped(errors, tick, group), top) : "");
  }
}
