// The page: asks the API, keeps what the reader has chosen, and has the parts show both.

import * as api from "./api.js";
import { columnOf, isRoute } from "./columns.js";
import { Connection } from "./connection.js";
import { Details } from "./details.js";
import { setText } from "./dom.js";
import { fill } from "./fields.js";
import * as format from "./format.js";
import { Headline } from "./headline.js";
import { History } from "./history.js";
import { Outage, titleOf } from "./outage.js";
import { Poll } from "./poll.js";
import { Paths, Side } from "./side.js";
import { parse, serialized } from "./state.js";
import { RouteTable, sortOptions } from "./table.js";

const ROUTES_EVERY_MS = 10_000;

let state = parse(location.hash);
let live = null; // the last answer of /api/v1/live
let detail = { label: null, answer: null }; // of /api/v1/endpoint
let routes = { askedAt: -Infinity, answer: null }; // of /api/v1/routes

const history = new History();
const connection = new Connection();
const outage = new Outage();
const headline = new Headline();
const side = new Side();
const paths = new Paths();
const details = new Details();
const table = new RouteTable(document.querySelector("[data-table]"), { sort, open, toggleIdle });
const poll = new Poll(refresh, (error, delay) => {
  connection.lost(error, delay);
  outage.update(null);
});

async function refresh(signal) {
  const { window: span, open: label } = state;
  const [newLive, newDetail, newRoutes] = await Promise.all([
    askLive(span, signal),
    askDetail(label, span, signal),
    areRoutesDue() ? api.getIfAny("routes", {}, signal, null) : undefined,
  ]);
  await inFrame(() => {
    if (signal.aborted) return;
    live = newLive;
    detail = { label, answer: newDetail };
    if (newRoutes !== undefined) routes = { askedAt: performance.now(), answer: newRoutes };
    history.merge(live);
    for (const endpoint of live.endpoints) endpoint.peak = history.peak(endpoint.label);
    connection.found();
    show();
  });
}

// After a restart, all points are asked for again: `since` was a tick of the earlier process.
async function askLive(span, signal) {
  const { since } = history;
  const answer = await api.get("live", since === null ? { window: span } : { window: span, since }, signal);
  if (!history.isOfAnotherProcess(answer)) return answer;
  const whole = await api.get("live", { window: span }, signal);
  history.clear();
  return whole;
}

// An endpoint that is gone may come back, and is among those of the last answer then.
function isGone(label) {
  const isAnsweredSo = detail.label === label && detail.answer === false;
  return isAnsweredSo && !live.endpoints.some((endpoint) => endpoint.label === label);
}

async function askDetail(label, span, signal) {
  if (label === null) return null;
  return isGone(label) ? false : api.getIfAny("endpoint", { label, window: span }, signal, false);
}

function areRoutesDue() {
  return performance.now() - routes.askedAt >= ROUTES_EVERY_MS;
}

function show() {
  if (live === null) return;
  outage.update(connection.isLost ? null : live.backend);
  headline.update(live, history);
  side.update(live);
  paths.update(routes.answer, live.time);
  const shown = table.update({ live, history, state, emptyText: emptyText() });
  fill({ shown: `${format.count(shown.rows.filter(isRoute).length)} of ${format.count(live.endpoints.filter(isRoute).length)}` });
  showDetails();
  if (!connection.isLost) document.title = titleOf(live);
}

function showDetails() {
  const gone = document.querySelector("[data-gone]");
  gone.hidden = !isGone(state.open);
  setText(gone, gone.hidden ? "" : `There is no endpoint ${format.visible(state.open)}.`);
  const endpoint = live.endpoints.find(({ label }) => label === state.open);
  if (!endpoint) return;
  details.update({ endpoint, live, detail: detail.label === state.open ? detail.answer : null });
  table.setDetails(state.open, details.root);
}

function emptyText() {
  if (live.endpoints.length > 0) return "No route matches the filter.";
  return `No request yet. Send one to ${live.listen.join(" or ")}.`;
}

// Does the work before the browser draws the next frame, and tells its duration to whoever measures it.
function inFrame(work) {
  return new Promise((resolve, reject) => {
    requestAnimationFrame((start) => {
      try {
        resolve(work());
        performance.clearMeasures("wayside:update");
        performance.measure("wayside:update", { start });
      } catch (error) {
        reject(error);
      }
    });
  });
}

// --- what the reader chooses ---

function choose(changes) {
  const isToAsk = "window" in changes || (changes.open ?? null) !== null;
  state = { ...state, ...changes };
  const fragment = serialized(state);
  window.history.replaceState(null, "", fragment === "" ? location.pathname + location.search : `#${fragment}`);
  showChoice();
  show();
  if (isToAsk) poll.now();
}

function sort(key) {
  const descending = state.sort === key ? !state.descending : !columnOf(key).isAscending;
  choose({ sort: key, descending });
}

function open(label) {
  choose({ open: state.open === label ? null : label });
}

function toggleIdle() {
  choose({ idle: !state.idle });
}

const filter = document.querySelector("[data-filter]");
const status = document.querySelector("[data-status]");
const sorting = document.querySelector("[data-sort]");
const windows = document.querySelector("[data-windows]");

function showChoice() {
  if (filter.value !== state.filter) filter.value = state.filter;
  status.value = state.status;
  sorting.value = state.sort;
  windows.querySelector(`[value="${state.window}"]`).checked = true;
}

function listen() {
  sorting.append(...sortOptions());
  filter.addEventListener("input", () => choose({ filter: filter.value }));
  status.addEventListener("change", () => choose({ status: status.value }));
  sorting.addEventListener("change", () => choose({ sort: sorting.value, descending: !columnOf(sorting.value).isAscending }));
  windows.addEventListener("change", (event) => choose({ window: event.target.value }));
  addEventListener("hashchange", () => {
    state = parse(location.hash);
    showChoice();
    show();
    poll.now();
  });
  document.querySelector("[data-skip]").addEventListener("click", (event) => {
    event.preventDefault(); // the fragment holds the reader's choice
    document.getElementById("routes").focus();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input[type=search], select, textarea");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      filter.focus();
    } else if (event.key === "Escape" && event.target === filter) {
      choose({ filter: "" });
    }
  });
}

listen();
showChoice();
poll.now();
