import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../src/admin/page/style.css", import.meta.url), "utf8");

// The colours of the light and of the dark theme.
const themes = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) =>
  Object.fromEntries([...block.matchAll(/--(\w+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name, colour])),
);

// WCAG 2.2, relative luminance and contrast ratio.
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

test("texts reach the contrast of WCAG AA on every ground of both themes", () => {
  assert.equal(themes.length, 2);
  for (const theme of themes) {
    for (const ground of ["ground", "panel", "raised"]) {
      for (const text of ["ink", "muted", "accent", "bad", "warn", "good"]) {
        const ratio = contrast(theme[text], theme[ground]);
        assert.ok(ratio >= 4.5, `${text} ${theme[text]} on ${ground} ${theme[ground]}: ${ratio.toFixed(2)}`);
      }
      assert.ok(contrast(theme.focus, theme[ground]) >= 3);
    }
  }
});
