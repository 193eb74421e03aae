// The points of the last 15 minutes, of the service and of each endpoint, put together from answers of /api/v1/live.

const KEPT_TICKS = 180;
const KINDS = ["rate", "errors", "p95"];

const nothing = (kind) => (kind === "p95" ? null : 0);

class Series {
  points = { rate: [], errors: [], p95: [] };
  peak = 0; // of the rate

  // Appends the points of `ticks` ticks. Where the API has none (null), there was no request.
  append(points, ticks, known) {
    for (const kind of KINDS) {
      const list = this.points[kind];
      const added = points?.[kind].slice(-ticks) ?? [];
      while (list.length < known) list.push(nothing(kind));
      for (let i = added.length; i < ticks; ++i) list.push(nothing(kind));
      list.push(...added);
      if (list.length > KEPT_TICKS) list.splice(0, list.length - KEPT_TICKS);
    }
    if (ticks > 0) this.peak = greatest(this.points.rate);
  }
}

export class History {
  #started = null;
  #endpoints = new Map();
  service = new Series();
  tick = 0;

  // Whether the answer is of another process than those before.
  isOfAnotherProcess(live) {
    return this.#started !== null && this.#started !== live.started;
  }

  // The `since` of the next request; null: all points are wanted.
  get since() {
    return this.#started === null ? null : this.tick;
  }

  clear() {
    this.#started = null;
    this.#endpoints.clear();
    this.service = new Series();
    this.tick = 0;
  }

  // Takes the points of an answer to a request with the present `since`.
  merge(live) {
    const isFirst = this.#started === null;
    const known = Math.min(this.tick, KEPT_TICKS);
    const since = isFirst ? live.tick - (live.service.points?.rate.length ?? Math.min(live.tick, KEPT_TICKS)) : this.tick;
    const ticks = Math.min(Math.max(0, live.tick - since), KEPT_TICKS);
    this.#started = live.started;
    this.tick = live.tick;
    this.service.append(live.service.points, ticks, 0);
    const labels = new Set();
    for (const endpoint of live.endpoints) {
      labels.add(endpoint.label);
      let series = this.#endpoints.get(endpoint.label);
      if (!series) {
        series = new Series();
        this.#endpoints.set(endpoint.label, series);
      }
      series.append(endpoint.points, ticks, isFirst ? 0 : known);
    }
    for (const label of this.#endpoints.keys()) {
      if (!labels.has(label)) this.#endpoints.delete(label);
    }
  }

  of(label) {
    return this.#endpoints.get(label)?.points ?? null;
  }

  peak(label) {
    return this.#endpoints.get(label)?.peak ?? 0;
  }
}

// The greatest element that is not null, or 0.
export function greatest(values) {
  let result = 0;
  for (const value of values ?? []) {
    if (value !== null && value > result) result = value;
  }
  return result;
}
