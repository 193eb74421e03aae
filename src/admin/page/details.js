// The open row: the distribution of the latency, phases, status codes, aborts and exemplars of one endpoint.

import { COLUMNS } from "./columns.js";
import { copyButton } from "./clipboard.js";
import { Distribution } from "./distribution.js";
import { Fact, KeyedList, element, setAttribute, setText } from "./dom.js";
import * as format from "./format.js";
import { quantile } from "./histogram.js";

export class Details {
  #message = element("p", { class: "empty" }, "");
  #distribution = new Distribution();
  #facts = factList();
  #phases = new DataTable(["Phase", "p50", "p95", "p99"], 1);
  #phasesNote = element("p", { class: "empty" }, "");
  #statuses = new DataTable(["Method", "Status", "Requests", "Total"], 2);
  #aborts = factList();
  #exemplarsNote = element("p", { class: "empty" }, "");
  #exemplars = exemplarTable();
  #grid;
  root = element("tr", { class: "details" });

  constructor() {
    this.#grid = element(
      "div",
      { class: "grid" },
      element(
        "div",
        { class: "wide" },
        part("Latency", this.#distribution.root),
        part("Exemplars", this.#exemplarsNote, this.#exemplars.root),
      ),
      element("div", {}, part("Status codes", this.#statuses.root), part("Phases", this.#phases.root, this.#phasesNote)),
      element("div", {}, part("Requests", this.#facts.root), part("Left by the client", this.#aborts.root)),
    );
    this.root.append(element("td", { colspan: COLUMNS.length }, this.#message, this.#grid));
  }

  // `detail` is what the API says of the endpoint: null while it is being asked for, false if there is no such endpoint.
  update({ endpoint, detail, live }) {
    setText(this.#message, detail === null ? "Loading …" : "This endpoint is gone.");
    this.#message.hidden = Boolean(detail);
    this.#grid.hidden = !detail;
    if (!detail) return;
    this.#distribution.update(detail.duration, [
      ...["p50", "p95", "p99"].map((name) => [name, endpoint[name], name, format.quantile(endpoint[name], endpoint.first_bound)]),
      ["target", endpoint.slo?.target_seconds, "slo", format.duration(endpoint.slo?.target_seconds)],
    ]);
    this.#facts.update(facts(endpoint, detail, live));
    this.#showPhases(detail, live);
    this.#statuses.update(
      detail.statuses.map((row) => [
        `${row.method} ${row.status}`,
        [row.method, String(row.status), format.count(row.requests), format.count(row.requests_total)],
        toneOf(row.status),
      ]),
    );
    this.#aborts.update([
      ["While sending its request", format.count(detail.client_aborts.request)],
      ["While waiting", format.count(detail.client_aborts.waiting)],
      ["During the response", format.count(detail.client_aborts.response)],
    ]);
    this.#exemplars.update(detail.exemplars.map((exemplar) => [exemplar.trace_id + exemplar.span_id, { exemplar, live }]));
    this.#exemplars.root.hidden = detail.exemplars.length === 0;
    setText(this.#exemplarsNote, "None: they come from requests with a sampled traceparent.");
    this.#exemplarsNote.hidden = detail.exemplars.length > 0;
  }

  #showPhases(detail, live) {
    const measured = Object.entries(detail.phases).filter(([, histogram]) => histogram !== null);
    const rows = measured.map(([name, histogram]) => [
      name,
      PARTS.map((part) => format.quantile(quantile(histogram, part), histogram.le[0])),
    ]);
    // Of all endpoints together where the endpoint's is not measured.
    if (live.overhead && !detail.phases.overhead)
      rows.push([
        "overhead, all routes",
        ["p50", "p95", "p99"].map((name) => format.quantile(live.overhead[name], live.overhead.first_bound)),
      ]);
    this.#phases.update(rows.map(([name, values]) => [name, [format.words(name), ...values], ""]));
    const off = ["queue", "backend"].filter((name) => !detail.phases[name]);
    setText(this.#phasesNote, off.length > 0 ? `Not measured: ${off.join(" and ")} (metrics.histograms).` : "");
    this.#phasesNote.hidden = off.length === 0;
  }
}

const PARTS = [0.5, 0.95, 0.99];

// "repeated" are those of the row, for where it is too narrow to show them.
function facts(endpoint, detail, live) {
  const list = [
    ["In the window", format.count(endpoint.requests)],
    ["Since the start", format.count(endpoint.requests_total)],
    ["Methods", endpoint.methods.join(" ") || "none"],
    ["Mean latency", format.duration(endpoint.mean)],
    ["Open streams", format.count(endpoint.streams_active)],
    ["In flight", format.count(endpoint.in_flight), "repeated"],
    ["4xx", format.count(endpoint.status["4xx"]), "repeated"],
    ["5xx", format.count(endpoint.status["5xx"]), "repeated"],
    ["Last used", format.ago(endpoint.last_used, live.time), "repeated"],
    ["From clients", format.bytes(detail.bytes.from_clients)],
    ["From the backend", format.bytes(detail.bytes.from_backend)],
  ];
  if (endpoint.slo) {
    const text = `Within ${format.bound(endpoint.slo.target_seconds)}`;
    list.push([text, format.attainment(endpoint.slo.attainment)]);
  }
  return list;
}

function toneOf(status) {
  return String(status).startsWith("5") ? "bad" : "";
}

function part(title, ...children) {
  return element("section", {}, element("h3", {}, title), ...children);
}

function factList() {
  const root = element("dl", { class: "facts" });
  const list = new KeyedList(root, () => new Fact());
  return { root, update: (pairs) => list.update(pairs.map((pair) => [pair[0], pair])) };
}

// A table of texts, the first `texts` columns of which are words, and the others numbers.
class DataTable {
  #rows;
  root;

  constructor(titles, texts) {
    const tone = (i) => (i < texts ? "word" : "number");
    const head = titles.map((title, i) => element("th", { scope: "col", class: tone(i) }, title));
    const body = element("tbody");
    this.root = element("table", { class: "data" }, element("thead", {}, element("tr", {}, ...head)), body);
    this.#rows = new KeyedList(body, () => {
      const cells = titles.map((_, i) => element("td", { class: tone(i) }));
      const root = element("tr", {}, ...cells);
      const update = ({ texts: values, tone: rowTone }) => {
        values.forEach((value, i) => setText(cells[i], value));
        setAttribute(root, "class", rowTone);
      };
      return { root, update };
    });
  }

  // `rows` are triples of a key, the texts, and a class.
  update(rows) {
    this.#rows.update(rows.map(([key, texts, tone]) => [key, { texts, tone }]));
  }
}

function exemplarTable() {
  const body = element("tbody");
  const titles = ["Duration", "When", "Trace", ""];
  const head = titles.map((title) => element("th", { scope: "col", class: "word" }, title));
  const root = element("table", { class: "data exemplars" }, element("thead", {}, element("tr", {}, ...head)), body);
  const list = new KeyedList(body, () => new Exemplar());
  return { root, update: (items) => list.update(items) };
}

class Exemplar {
  #duration = element("td");
  #when = element("td");
  #trace = element("bdi", { class: "mono cut" });
  #id = "";
  root = element(
    "tr",
    {},
    this.#duration,
    this.#when,
    element("td", {}, this.#trace),
    element("td", {}, copyButton("Copy", () => this.#id, "Copy the trace id")),
  );

  update({ exemplar, live }) {
    this.#id = exemplar.trace_id;
    setText(this.#duration, format.duration(exemplar.seconds));
    setText(this.#when, format.ago(exemplar.time, live.time));
    setAttribute(this.#when, "title", exemplar.time);
    setText(this.#trace, format.visible(exemplar.trace_id));
    setAttribute(this.#trace, "title", `span ${exemplar.span_id}`);
  }
}
