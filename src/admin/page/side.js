// What stands beside the table: backend, clients, series, configuration, and the paths without a route.

import { copyButton, makeCopyButton } from "./clipboard.js";
import { Fact, KeyedList, element, setAttribute, setCutText, setText } from "./dom.js";
import { fill, place } from "./fields.js";
import * as format from "./format.js";
import { missingLines, routeLine, routesSection } from "./yaml.js";

export class Side {
  #errors = new KeyedList(place("list", "errors"), () => new Fact());
  #rejected = new KeyedList(place("list", "rejected"), () => new Fact());
  #warnings = new KeyedList(place("list", "warnings"), () => new Warning());
  #progress = document.querySelector("[data-series]");

  update(live) {
    const { backend, clients, series, configuration } = live;
    fill({
      version: live.version,
      uptime: format.span(format.secondsBetween(live.started, live.time)),
      listen: live.listen.join(", "),
      address: backend.address,
      backend_connections: `${format.count(backend.connections.active)} active, ${format.count(backend.connections.idle)} idle`,
      backend_waiting: format.count(backend.queue),
      backend_connects: format.count(backend.connects_total),
      backend_retries: format.count(backend.retries_total),
      client_connections: format.count(clients.connections),
      client_evictions: format.count(clients.evictions_total),
      series: `${format.count(series.used)} of ${format.count(series.limit)}`,
      series_overflow: format.count(series.overflow_total),
      configured_routes: format.count(configuration.routes),
      last_reload: configuration.last_reload === null ? "never" : format.ago(configuration.last_reload, live.time),
    });
    setCutText(place("field", "backend_address"), backend.address);
    showState("backend", backend.up ? "up" : "down", backend.up ? "good" : "bad");
    const isReloaded = configuration.last_reload_successful;
    showState("reload", isReloaded ? "" : "reload failed", isReloaded ? "" : "bad");
    const reloadError = place("field", "reload_error");
    reloadError.hidden = configuration.last_reload_error === null;
    setText(reloadError, format.visible(configuration.last_reload_error ?? ""));
    this.#progress.max = series.limit;
    this.#progress.value = series.used;
    setAttribute(this.#progress, "class", series.used >= series.limit ? "bad" : null);
    this.#errors.update(facts(backend.errors_total, backend.errors, live));
    this.#rejected.update(facts(live.rejected_total, live.rejected, live));
    this.#warnings.update(configuration.warnings.map((text, i) => [`${i} ${text}`, text]));
  }
}

function showState(name, text, tone) {
  const node = place("state", name);
  setText(node, text);
  setAttribute(node, "class", `state ${tone}`);
}

// Counters since the start, and how much they grew in the window; without those at 0.
function facts(totals, growths, live) {
  return Object.entries(totals)
    .filter(([, total]) => total > 0)
    .map(([name, total]) => {
      const growth = growths[name] ?? 0;
      const text = `${format.count(growth)} in ${format.windowOf(live)}, ${format.count(total)} in all`;
      return [name, [format.words(name), text, growth === 0 ? "past" : null]];
    });
}

class Warning {
  #text = element("bdi");
  root = element("li", {}, this.#text);

  update(text) {
    setText(this.#text, format.visible(text));
  }
}

// What /api/v1/routes tells.
export class Paths {
  #unmatched = new KeyedList(place("list", "unmatched"), () => new UnmatchedPath());
  #catchAlls = new KeyedList(place("list", "catch_alls"), () => new CatchAll());
  #excluded = new KeyedList(place("list", "excluded"), () => new Fact());
  #lines = [];
  #copyAll = document.querySelector("[data-copy-all]");

  constructor() {
    makeCopyButton(this.#copyAll, () => routesSection(this.#lines));
  }

  // null: the daemon does not tell.
  update(routes, now) {
    const excluded = routes?.routes.filter((route) => route.excluded) ?? [];
    const isAnything = routes !== null && routes.unmatched.length + routes.catch_alls.length > 0;
    place("section", "unmatched").hidden = !isAnything;
    place("section", "excluded").hidden = excluded.length === 0;
    if (routes === null) return;
    this.#lines = missingLines(routes);
    this.#copyAll.hidden = this.#lines.length === 0;
    fill({ unmatched_requests: format.plural(routes.unmatched_requests, "request", "requests") });
    this.#unmatched.update(routes.unmatched.map((path, i) => [path.suggested_template ?? path.path ?? i, { path, now }]));
    this.#catchAlls.update(routes.catch_alls.map((hint) => [hint.path, hint]));
    this.#excluded.update(
      excluded.map((route) => [`${route.methods} ${route.path}`, [format.visible(route.path), format.count(route.hits)]]),
    );
  }
}

class UnmatchedPath {
  #path = element("bdi", { class: "mono cut" });
  #template = element("bdi", { class: "mono cut" });
  #note = element("p", { class: "note" });
  #line = "";
  #copy = copyButton("Copy as YAML", () => routesSection([this.#line]));
  root = element("li", {}, element("p", { class: "first" }, this.#template, this.#copy), this.#path, this.#note);

  update({ path, now }) {
    const { suggested_template: template } = path;
    const example = path.path === null ? "(paths are not shown)" : format.visible(path.path);
    this.#line = template === null ? "" : routeLine(template);
    setCutText(this.#template, template === null ? example : format.visible(template));
    this.#copy.hidden = template === null;
    this.#path.hidden = template === null || path.path === null || path.path === template;
    setCutText(this.#path, example);
    const number = `${path.count_error > 0 ? "~" : ""}${format.count(path.count)}`;
    setText(
      this.#note,
      `${number} × ${path.methods.join(" ")}, ${path.statuses.join(" ")}, ${format.ago(path.last_seen, now)}`,
    );
  }
}

class CatchAll {
  #template = element("bdi", { class: "mono cut" });
  #note = element("p", { class: "note" });
  #line = "";
  root = element(
    "li",
    {},
    element("p", { class: "first" }, this.#template, copyButton("Copy as YAML", () => routesSection([this.#line]))),
    this.#note,
  );

  update(hint) {
    this.#line = hint.yaml;
    setCutText(this.#template, format.visible(hint.suggested_template));
    setCutText(this.#note, `${format.count(hint.count)} × paths that go on below ${format.visible(hint.path)}`);
  }
}
