// Quantiles of the buckets that /api/v1/endpoint answers: `le` are upper bounds, `counts` have one element more.

export function total(histogram) {
  return histogram.counts.reduce((sum, count) => sum + count, 0);
}

// As histogram_quantile() of Prometheus: linear within a bucket, and the highest bound for what lies above it.
// null without an observation.
export function quantile(histogram, part) {
  const { le, counts } = histogram;
  const all = total(histogram);
  if (all === 0) return null;
  const rank = part * all;
  let below = 0;
  for (let i = 0; i < le.length; ++i) {
    if (below + counts[i] >= rank && counts[i] > 0) {
      const lower = i === 0 ? 0 : le[i - 1];
      return lower + ((le[i] - lower) * (rank - below)) / counts[i];
    }
    below += counts[i];
  }
  return le.at(-1) ?? null;
}

// Where a duration lies on an axis on which each bucket has the same width, from 0 to 1.
export function position(histogram, seconds) {
  const { le } = histogram;
  const width = 1 / (le.length + 1);
  const bucket = le.findIndex((bound) => seconds <= bound);
  if (bucket < 0) return 1 - width;
  const lower = bucket === 0 ? 0 : le[bucket - 1];
  return width * (bucket + (seconds - lower) / (le[bucket] - lower));
}

// A description in words, for those who do not see the drawing.
export function description(histogram, formatBound) {
  const { le, counts } = histogram;
  const parts = counts
    .map((count, i) => [count, i < le.length ? `up to ${formatBound(le[i])}` : `above ${formatBound(le.at(-1))}`])
    .filter(([count]) => count > 0)
    .map(([count, where]) => `${count} ${where}`);
  return parts.length > 0 ? parts.join(", ") : "no request";
}
