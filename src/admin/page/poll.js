// Repeats a task while the page is seen: every two seconds, and less often while it fails.

export const EVERY_MS = 2_000;
export const AT_MOST_MS = 10_000;
const TIMEOUT_MS = 10_000;

// The wait after so many failures in a row.
export function delayAfter(failures) {
  return Math.min(EVERY_MS * 2 ** Math.max(0, failures - 1), AT_MOST_MS);
}

export class Poll {
  #task;
  #onFailure;
  #timer = 0;
  #failures = 0;
  #running = null; // the AbortController of the task

  // `task(signal)` is asynchronous; `onFailure(error, delay)` learns of its exceptions.
  constructor(task, onFailure) {
    this.#task = task;
    this.#onFailure = onFailure;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#stop() : this.now()));
  }

  // Begins at once; a task that runs is given up.
  async now() {
    this.#stop();
    if (document.hidden) return;
    const running = new AbortController();
    this.#running = running;
    const timeout = setTimeout(() => running.abort(new DOMException("no answer in time", "TimeoutError")), TIMEOUT_MS);
    try {
      await this.#task(running.signal);
      if (this.#running === running) this.#failures = 0;
    } catch (error) {
      if (this.#running !== running) return;
      ++this.#failures;
      this.#onFailure(error, delayAfter(this.#failures));
    } finally {
      clearTimeout(timeout);
    }
    if (this.#running === running) this.#timer = setTimeout(() => this.now(), delayAfter(this.#failures));
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = null;
  }
}
