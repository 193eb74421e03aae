// What the reader has chosen, as the fragment of the address: a reload or a shared link shows the same.

import { columnOf } from "./columns.js";

export const WINDOWS = ["1m", "5m", "15m"];
export const STATUSES = ["", "2xx", "3xx", "4xx", "5xx", "aborts", "slo"];

export const DEFAULTS = Object.freeze({
  window: "5m",
  sort: "rate",
  descending: true,
  filter: "",
  status: "",
  open: null, // the label of the endpoint whose details are shown
  idle: false, // whether endpoints without a request are shown
});

// Anything unknown becomes the default.
export function parse(fragment) {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const state = { ...DEFAULTS };
  const sort = given.get("sort") ?? "";
  const key = sort.replace(/^-/, "");
  if (columnOf(key)) {
    state.sort = key;
    state.descending = sort.startsWith("-");
  }
  if (WINDOWS.includes(given.get("window"))) state.window = given.get("window");
  if (STATUSES.includes(given.get("status"))) state.status = given.get("status");
  state.filter = given.get("filter") ?? "";
  state.open = given.get("open");
  state.idle = given.get("idle") === "1";
  return state;
}

// The fragment without its "#", which has only what differs from the default.
export function serialized(state) {
  const parameters = new URLSearchParams();
  if (state.window !== DEFAULTS.window) parameters.set("window", state.window);
  if (state.sort !== DEFAULTS.sort || state.descending !== DEFAULTS.descending)
    parameters.set("sort", (state.descending ? "-" : "") + state.sort);
  if (state.status !== "") parameters.set("status", state.status);
  if (state.filter !== "") parameters.set("filter", state.filter);
  if (state.idle) parameters.set("idle", "1");
  if (state.open !== null) parameters.set("open", state.open);
  return parameters.toString();
}
