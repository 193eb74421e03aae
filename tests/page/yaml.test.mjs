import assert from "node:assert/strict";
import { test } from "node:test";

import { missingLines, routeLine, routesSection } from "../../src/admin/page/yaml.js";

test("a template is plain where YAML reads it as it is, else quoted", () => {
  for (const template of ["/", "/users/{id}", "/a.b/~c/<id>"])
    assert.equal(routeLine(template), `- ${template}`);
  const quoted = {
    "/a: b": '- "/a: b"',
    "/a #b": '- "/a #b"',
    '/"\\': '- "/\\"\\\\"',
    "/\u202e\u0085\n": '- "/\\u202e\\u0085\\n"',
    "{id}": '- "{id}"',
    "/{p:path}": '- "/{p:path}"',
  };
  for (const [template, line] of Object.entries(quoted)) assert.equal(routeLine(template), line);
});

test("all missing lines make one section, each once", () => {
  const routes = {
    unmatched: [{ suggested_template: "/a/{id}" }, { suggested_template: null }, { suggested_template: "/a/{id}" }],
    catch_alls: [{ yaml: "- /files/{p:path}" }],
  };
  assert.equal(routesSection(missingLines(routes)), "routes:\n  - /files/{p:path}\n  - /a/{id}\n");
});
