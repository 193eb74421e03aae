// Which elements of a list may stay where they are when it is put into another order.

// The indices of a longest subsequence of `places` that rises. -1 is no place. The element at the index `pinned` is part
// of it, unless that is -1.
export function longestRise(places, pinned) {
  const isBeside = (place, i) =>
    place >= 0 && (pinned < 0 || i === pinned || (i < pinned ? place < places[pinned] : place > places[pinned]));
  const ends = []; // ends[n]: the index of the lowest place at which a subsequence of n + 1 elements ends
  const before = new Map(); // the index of the element before, in the longest subsequence that ends at an index
  places.forEach((place, i) => {
    if (!isBeside(place, i)) return;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[ends[middle]] < place) low = middle + 1;
      else high = middle;
    }
    before.set(i, ends[low - 1]);
    ends[low] = i;
  });
  const result = new Set();
  for (let i = ends.at(-1); i !== undefined; i = before.get(i)) result.add(i);
  return result;
}
