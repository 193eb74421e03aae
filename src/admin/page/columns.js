// The columns of the table of routes, and what sorting and filtering by them means.

import * as format from "./format.js";

const zeroIsQuiet = (value) => (value === 0 ? "quiet" : "");

// A few errors among many requests are no alarm.
const ALARMING_SHARE = 0.01;

export function isAlarming(errorShare) {
  return errorShare !== null && errorShare >= ALARMING_SHARE;
}

function errorTone(endpoint) {
  if (isAlarming(endpoint.error_share)) return "bad";
  return zeroIsQuiet(endpoint.status["5xx"]);
}

// The endpoints that are no routes.
const SPECIAL = new Set(["unmatched", "overflow"]);

export function isRoute(endpoint) {
  return !SPECIAL.has(endpoint.label);
}

// `value` is what a column is sorted by, null last; `text` what its cell shows; `tone` the class of the cell;
// `isAscending` how it is sorted when it is chosen. An endpoint is an element of the API's `endpoints`, with its `peak`.
export const COLUMNS = [
  { key: "label", title: "Route", name: "route", isAscending: true, value: (e) => e.label },
  {
    key: "rate",
    title: "Req/s",
    name: "requests per second",
    value: (e) => e.rate,
    text: (e) => format.rate(e.rate),
    tone: (e) => zeroIsQuiet(e.rate),
  },
  { key: "peak", title: "15 min", name: "peak of the last 15 minutes", value: (e) => e.peak },
  {
    key: "errors",
    title: "Errors",
    name: "share of errors",
    value: (e) => e.error_share,
    text: (e) => format.share(e.error_share),
    tone: errorTone,
  },
  ...["p50", "p95", "p99"].map((key) => ({
    key,
    title: key,
    name: `${key} of the latency`,
    value: (e) => e[key],
    text: (e) => format.quantile(e[key], e.first_bound),
    tone: (e) => (e[key] === null ? "quiet" : ""),
  })),
  {
    key: "in_flight",
    title: "In flight",
    name: "requests in flight",
    value: (e) => e.in_flight,
    text: (e) => format.count(e.in_flight),
    tone: (e) => zeroIsQuiet(e.in_flight),
  },
  {
    key: "4xx",
    title: "4xx",
    name: "4xx responses",
    value: (e) => e.status["4xx"],
    text: (e) => format.count(e.status["4xx"]),
    tone: (e) => zeroIsQuiet(e.status["4xx"]),
  },
  {
    key: "5xx",
    title: "5xx",
    name: "5xx responses",
    value: (e) => e.status["5xx"],
    text: (e) => format.count(e.status["5xx"]),
    tone: errorTone,
  },
  {
    key: "slo",
    title: "SLO",
    name: "attainment of the target",
    isAscending: true,
    value: (e) => e.slo?.attainment ?? null,
    text: (e) => (e.slo ? format.attainment(e.slo.attainment) : ""),
    tone: (e) => (missesTarget(e) ? "warn" : "quiet"),
    hint: (e) => (e.slo ? `requests that took at most ${format.bound(e.slo.target_seconds)}` : null),
  },
  {
    key: "last_used",
    title: "Last used",
    name: "last use",
    value: (e) => (e.last_used === null ? null : Date.parse(e.last_used)),
    text: (e, now) => format.ago(e.last_used, now),
    tone: (e) => (e.last_used === null ? "quiet" : ""),
    hint: (e) => e.last_used,
  },
];

const BY_KEY = new Map(COLUMNS.map((column) => [column.key, column]));

export function columnOf(key) {
  return BY_KEY.get(key);
}

// The API gives no objective for the share, so the page takes two nines.
const OBJECTIVE = 0.99;

export function missesTarget(endpoint) {
  const attainment = endpoint.slo?.attainment ?? null;
  return attainment !== null && attainment < OBJECTIVE;
}

// A sorted copy. What has no value comes last in both directions; equal ones are in the order of their labels.
export function sorted(endpoints, key, isDescending) {
  const { value } = columnOf(key);
  const sign = isDescending ? -1 : 1;
  return endpoints
    .map((endpoint) => ({ endpoint, value: value(endpoint) }))
    .sort((a, b) => {
      if ((a.value === null) !== (b.value === null)) return a.value === null ? 1 : -1;
      if (a.value !== b.value) return a.value < b.value ? -sign : sign;
      return a.endpoint.label < b.endpoint.label ? -1 : 1;
    })
    .map((pair) => pair.endpoint);
}

export function matches(endpoint, { filter, status }) {
  if (status === "aborts" && endpoint.client_aborts === 0) return false;
  if (status === "slo" && !missesTarget(endpoint)) return false;
  if (status.endsWith("xx") && endpoint.status[status] === 0) return false;
  const text = filter.trim().toLowerCase();
  return text === "" || `${endpoint.label} ${endpoint.methods.join(" ")}`.toLowerCase().includes(text);
}

// What the table shows: the rows in their order, and how many without a request are folded away. A filter by text
// unfolds those that it finds; an open row is never folded.
export function selected(endpoints, state) {
  const matching = endpoints.filter((endpoint) => matches(endpoint, state));
  const isIdle = (endpoint) => endpoint.requests === 0 && endpoint.in_flight === 0 && endpoint.streams_active === 0;
  const idle = matching.filter(isIdle).length;
  const shows = (endpoint) =>
    state.idle || state.filter.trim() !== "" || endpoint.label === state.open || !isIdle(endpoint);
  return { rows: sorted(matching.filter(shows), state.sort, state.descending), idle, matching: matching.length };
}
