// The numbers of the service, with their drawings.

import { isAlarming } from "./columns.js";
import { setAttribute } from "./dom.js";
import { fill, place } from "./fields.js";
import * as format from "./format.js";
import { greatest } from "./history.js";
import { Sparkline } from "./sparkline.js";

const KINDS = ["rate", "errors", "p95"];

export class Headline {
  #drawings = new Map(KINDS.map((kind) => [kind, new Sparkline(place("spark", kind))]));
  #drawn = null;

  update(live, history) {
    const { service } = live;
    fill({
      rate: format.rate(service.rate),
      requests: `${format.count(service.requests)} in ${format.windowOf(live)}`,
      error_share: format.share(service.error_share),
      statuses: `${format.count(service.status["5xx"])} × 5xx, ${format.count(service.status["4xx"])} × 4xx`,
      p50: format.quantile(service.p50, service.first_bound),
      p95: format.quantile(service.p95, service.first_bound),
      p99: format.quantile(service.p99, service.first_bound),
      in_flight: format.count(service.in_flight),
      streams: format.count(live.streams_active),
      client_aborts: format.count(service.client_aborts),
      overhead: format.quantile(live.overhead?.p99, live.overhead?.first_bound),
    });
    setAttribute(place("field", "error_share").parentElement, "class", isAlarming(service.error_share) ? "big bad" : "big");
    this.#draw(history, service.first_bound);
  }

  #draw(history, firstBound) {
    if (this.#drawn === history.service && this.#drawn.tick === history.tick) return;
    this.#drawn = history.service;
    this.#drawn.tick = history.tick;
    const { points } = history.service;
    for (const kind of KINDS)
      this.#drawings.get(kind).draw({ values: points[kind], tick: history.tick, top: greatest(points[kind]) });
    const peak = (kind, text) => (greatest(points[kind]) > 0 ? `15 min, peak ${text(greatest(points[kind]))}` : "15 min");
    fill({
      peak_rate: peak("rate", (value) => `${format.rate(value)}/s`),
      peak_errors: peak("errors", (value) => `${format.rate(value)}/s`),
      peak_p95: peak("p95", (value) => `${format.quantile(value, firstBound)} (p95)`),
    });
  }
}
