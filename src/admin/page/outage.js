// Says that the backend fails, and for how long.

import { setText } from "./dom.js";
import * as format from "./format.js";

// The reason for a person: "connect_failed: Connection refused" is "Connection refused".
function reasonOf(error) {
  return format.visible(error.replace(/^[a-z_]+: /, ""));
}

// null: the backend does not fail, as far as is known.
export function outageText({ address, up, error, failed_for: failedFor }) {
  if (up !== false) return null;
  const reason = error === null ? "" : `: ${reasonOf(error)}`;
  const time = failedFor === null ? "" : `, for ${format.span(failedFor)}`;
  return `The backend is down: ${format.visible(address)}${reason}${time}.`;
}

// The title of the page while it is live.
export function titleOf({ service, backend }) {
  const numbers = `${format.rate(service.rate)}/s, ${format.share(service.error_share)} errors – wayside`;
  return backend.up === false ? `Backend down – ${numbers}` : numbers;
}

export class Outage {
  #banner = document.querySelector("[data-outage]");
  #text = document.querySelector("[data-outage-text]");

  // null: nothing is known of now.
  update(backend) {
    const text = backend === null ? null : outageText(backend);
    this.#banner.hidden = text === null;
    if (text !== null) setText(this.#text, text);
  }
}
