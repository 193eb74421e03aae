// Says whether the numbers are of now, and since when they are not.

import { ApiError } from "./api.js";
import { setAttribute, setText } from "./dom.js";
import * as format from "./format.js";

export class Connection {
  #root = document.querySelector("[data-connection]");
  #text = document.querySelector("[data-connection-text]");
  #banner = document.querySelector("[data-banner]");
  #bannerText = document.querySelector("[data-banner-text]");
  #note = document.querySelector("[data-banner-note]");
  #lostAt = null;

  get isLost() {
    return this.#lostAt !== null;
  }

  found() {
    this.#lostAt = null;
    this.#show("live", "Live");
    this.#banner.hidden = true;
  }

  lost(error, delayMs) {
    this.#lostAt ??= new Date();
    const since = format.clock(this.#lostAt);
    const isAnswer = error instanceof ApiError;
    document.title = isAnswer ? "Error – wayside" : "No answer – wayside";
    this.#show("lost", isAnswer ? `Error since ${since}` : `No answer since ${since}`);
    const what = isAnswer ? `wayside has answered with an error since ${since} (${error.message}).` : `wayside has not answered since ${since}.`;
    setText(this.#bannerText, what);
    setText(this.#note, `The numbers are those from before. The next attempt is in ${format.span(delayMs / 1000)}.`);
    this.#banner.hidden = false;
  }

  #show(state, text) {
    setAttribute(this.#root, "class", `connection ${state}`);
    setText(this.#text, text);
    document.body.classList.toggle("stale", state === "lost");
  }
}
