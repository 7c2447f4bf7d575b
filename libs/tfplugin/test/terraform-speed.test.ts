import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { largeSchema } from './large-schema.ts';
import { skipReason, TerraformSession } from './terraform-session.ts';

/** On two cores that do nothing else a plan takes 1.9 s, and 3.2 s where the load is 5: this tells of what grew by far. */
const planMsMax = 12_000;

test('a provider of 1,526 resource types plans', { skip: skipReason }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tfplugin-schema-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'schema.json');
  writeFileSync(file, JSON.stringify(largeSchema()));
  const body = 'resource "stub_type_7" "a" {\n  attribute_1 = "x"\n  rule {\n    attribute_2 = "y"\n  }\n}\n';

  const all = new TerraformSession(t, import.meta.resolve('./programs/large.ts'), 'stub', {
    SCHEMA_FILE: file,
  });
  all.configure(body);
  const beforeAll = performance.now();
  const planned = await all.run('plan');
  const allMs = performance.now() - beforeAll;
  assert.match(planned.text, /Plan: 1 to add/);
  assert.ok(allMs < planMsMax, `${Math.round(allMs)} ms`);

  const one = new TerraformSession(t, import.meta.resolve('./programs/large.ts'), 'stub', {
    SCHEMA_FILE: file,
    SCHEMA_TYPES: 'stub_type_7',
  });
  one.configure(body);
  const beforeOne = performance.now();
  assert.match((await one.run('plan')).text, /Plan: 1 to add/);
  const oneMs = performance.now() - beforeOne;
  t.diagnostic(`all types ${Math.round(allMs)} ms, one type ${Math.round(oneMs)} ms`);
  assert.match((await one.run('validate')).text, /valid/);
});
