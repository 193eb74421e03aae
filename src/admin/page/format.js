// Numbers and texts as people read them. Values in, texts out.

const NONE = "–";
const SPACE = "\u202f"; // narrow and without a break, between a number and its unit

const isNone = (value) => value === null || value === undefined;

// Up to 999 with two or three significant digits.
function short(value) {
  return value < 9.95 ? value.toFixed(1) : value.toFixed(0);
}

function large(value) {
  if (value < 999_500) return `${short(value / 1e3)}k`;
  if (value < 999_500_000) return `${short(value / 1e6)}M`;
  return `${short(value / 1e9)}G`;
}

export function duration(seconds) {
  if (isNone(seconds)) return NONE;
  if (seconds === 0) return `0${SPACE}ms`;
  if (seconds < 0.0009995) return `${short(seconds * 1e6)}${SPACE}µs`;
  if (seconds < 0.9995) return `${short(seconds * 1e3)}${SPACE}ms`;
  if (seconds < 9.995) return `${seconds.toFixed(2)}${SPACE}s`;
  return `${seconds < 99.95 ? seconds.toFixed(1) : seconds.toFixed(0)}${SPACE}s`;
}

// A bound of a bucket: the shortest text that is exact.
export function bound(seconds) {
  if (seconds < 0.001) return `${Number((seconds * 1e6).toPrecision(6))}${SPACE}µs`;
  return seconds < 1
    ? `${Number((seconds * 1e3).toPrecision(6))}${SPACE}ms`
    : `${Number(seconds.toPrecision(6))}${SPACE}s`;
}

// A quantile of a histogram with this first bound: below it, the buckets tell no more.
export function quantile(seconds, firstBound) {
  if (isNone(seconds) || isNone(firstBound) || seconds >= firstBound) return duration(seconds);
  return `<${SPACE}${bound(firstBound)}`;
}

export function rate(perSecond) {
  if (isNone(perSecond)) return NONE;
  if (perSecond === 0) return "0";
  if (perSecond < 0.01) return "<0.01";
  if (perSecond < 0.995) return perSecond.toFixed(2);
  if (perSecond < 999.5) return short(perSecond);
  return large(perSecond);
}

export function count(value) {
  if (isNone(value)) return NONE;
  if (value < 1_000) return String(value);
  if (value >= 100_000) return large(value);
  return `${Math.floor(value / 1_000)},${String(value % 1_000).padStart(3, "0")}`;
}

export function share(part) {
  if (isNone(part)) return NONE;
  const percent = part * 100;
  if (percent === 0) return `0${SPACE}%`;
  if (percent < 0.01) return `<0.01${SPACE}%`;
  if (percent < 0.995) return `${percent.toFixed(2)}${SPACE}%`;
  return `${percent < 99.95 ? short(percent) : percent.toFixed(0)}${SPACE}%`;
}

// Never rounded up: 100 % are all requests.
export function attainment(part) {
  if (isNone(part)) return NONE;
  if (part === 1) return `100${SPACE}%`;
  const digits = part >= 0.999 ? 2 : 1;
  const scale = 10 ** digits;
  return `${(Math.floor(part * 100 * scale + 1e-6) / scale).toFixed(digits)}${SPACE}%`;
}

export function bytes(value) {
  if (isNone(value)) return NONE;
  if (value < 1024) return `${value}${SPACE}B`;
  let scaled = value;
  let unit = "B";
  for (unit of ["KiB", "MiB", "GiB", "TiB"]) {
    scaled /= 1024;
    if (scaled < 999.5) break;
  }
  return `${short(scaled)}${SPACE}${unit}`;
}

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

// The two largest units: "2 h 30 min".
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex(([, size]) => whole >= size);
  if (first < 0) return `0${SPACE}s`;
  const [unit, size] = UNITS[first];
  const parts = [`${Math.floor(whole / size)}${SPACE}${unit}`];
  const next = UNITS[first + 1];
  const rest = next ? Math.floor((whole % size) / next[1]) : 0;
  if (rest > 0) parts.push(`${rest}${SPACE}${next[0]}`);
  return parts.join(" ");
}

// The time that the numbers of a window cover: less than the window while the process is young.
export function windowOf(live) {
  return span(live.covered_seconds + 1 < live.window_seconds ? live.covered_seconds : live.window_seconds);
}

// The time from `then` to `now`, both RFC 3339: "3 min ago".
export function ago(then, now) {
  if (isNone(then)) return "never";
  const seconds = secondsBetween(then, now);
  if (seconds < 10) return "now";
  const [unit, size] = UNITS.find(([, candidate]) => seconds >= candidate);
  return `${Math.floor(seconds / size)}${SPACE}${unit} ago`;
}

export function secondsBetween(then, now) {
  return (Date.parse(now) - Date.parse(then)) / 1000;
}

// The time of day of the browser, for a moment of the browser's clock.
export function clock(date) {
  return date.toLocaleTimeString("en-GB");
}

export function plural(value, one, many) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

// A name of the metrics as words: connect_refused is "connect refused".
export function words(name) {
  return name.replaceAll("_", " ");
}

// Control characters, invisible ones and those that turn the direction of writing, which could make one text look
// like another.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

// The text with each hidden character as an escape: \u{202e}.
export function visible(text) {
  return text.replace(HIDDEN, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
}
