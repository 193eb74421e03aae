// Suggested routes as lines for the configuration file.

// A scalar of these alone is plain in a block sequence: none of them begins a comment, a mapping or a flow collection
// behind a slash.
const PLAIN = /^\/[\w\-./{}<>*~+@!$&=%]*$/;

// JSON's escapes are YAML's too. YAML also asks for them where a character is not printable.
function quoted(text) {
  return JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) =>
      [...Array(character.length).keys()]
        .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
        .join(""),
  );
}

// The element of `routes` for a template.
export function routeLine(template) {
  return `- ${PLAIN.test(template) ? template : quoted(template)}`;
}

// A whole `routes` from its lines.
export function routesSection(lines) {
  return `routes:\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

// The lines that the configuration may lack, each once: the catch-alls, and the templates of paths without a route.
export function missingLines(routes) {
  const templates = routes.unmatched.map((path) => path.suggested_template).filter((template) => template !== null);
  return [...new Set([...routes.catch_alls.map((hint) => hint.yaml), ...templates.map(routeLine)])];
}
