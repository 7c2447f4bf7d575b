import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { Registry } from '../../api/registry.ts';
import { refusals, served, submit } from '../../builtin/test/submit.ts';
import { isObject } from '../../model/json.ts';
import { resourceOfCrd } from '../resource-of-crd.ts';

const corpora = process.env['PLINTH_CORPORA'] ?? join(import.meta.dirname, '../../../../shared/corpora');
const manifests = join(corpora, 'manifests');
const skip = existsSync(manifests) ? false : `no manifests at ${manifests}`;

const scrapeClass = 'prometheus-operator/example/user-guides/scrapeclass';

interface Found {
  readonly file: string;
  readonly document: Record<string, unknown>;
}

function documents(): Found[] {
  const found: Found[] = [];
  for (const file of readdirSync(manifests, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.yaml')) continue;
    const text = readFileSync(join(manifests, file), 'utf8');
    for (const parsed of parseAllDocuments(text)) {
      const document: unknown = parsed.toJS();
      if (isObject(document)) found.push({ file, document });
    }
  }
  return found;
}

test('the definitions of the corpus pass validation and become resources', { skip }, (t) => {
  const target = served('CustomResourceDefinition');
  const corpus = documents().filter(({ document }) => document['kind'] === 'CustomResourceDefinition');
  let slowestMs = 0;
  let slowest = '';
  let totalMs = 0;
  for (const { file, document } of corpus) {
    const start = performance.now();
    const { object, warnings } = submit(target, document);
    const type = resourceOfCrd(object);
    const tookMs = performance.now() - start;
    totalMs += tookMs;
    if (tookMs > slowestMs) [slowestMs, slowest] = [tookMs, object.metadata.name];
    assert.equal(`${type.resource}.${type.group}`, object.metadata.name);
    assert.ok(type.versions.length > 0);
    // Unquoted colons make keys of parts of two descriptions there.
    const expected = /^x-kubernetes-validations|^unknown field ".*\.(of an object|object represents)/;
    assert.deepEqual(
      warnings.filter((warning) => !expected.test(warning)),
      [],
      file,
    );
    const probe = {
      apiVersion: `${type.group}/${type.versions[0]?.name}`,
      kind: type.kind,
      metadata: {},
      nobodyKnows: 1,
    };
    for (const version of type.versions) {
      const unknown = version.schema.unknownFields(probe);
      assert.ok(unknown.length <= 1);
    }
  }
  assert.ok(corpus.length >= 20, `found ${corpus.length}`);
  const mean = (totalMs / corpus.length).toFixed(1);
  t.diagnostic(
    `${corpus.length} definitions, mean ${mean} ms, slowest ${slowest} ${slowestMs.toFixed(1)} ms`,
  );
});

test('the examples of the corpus pass the schemas of their definitions', { skip }, (t) => {
  const target = served('CustomResourceDefinition');
  const registry = new Registry();
  const all = documents();
  const isDefinition = ({ document }: Found): boolean => document['kind'] === 'CustomResourceDefinition';
  for (const { document } of all.filter(isDefinition)) {
    const { object } = submit(target, document);
    object.metadata.uid = object.metadata.name;
    registry.set(resourceOfCrd(object));
  }
  let taken = 0;
  const refused: string[] = [];
  for (const { file, document } of all) {
    const type = registry.forKind(String(document['apiVersion']), String(document['kind']));
    if (!type) continue;
    const { namespace: _, ...metadata } = isObject(document['metadata']) ? document['metadata'] : {};
    for (const line of refusals(type, { ...document, metadata })) refused.push(`${file}: ${line}`);
    taken++;
  }
  // Excerpts: the guide leaves out what is required.
  assert.deepEqual(refused, [
    `${scrapeClass}/scrapeclass-example-podmonitor.yaml: spec.selector: Required value`,
    `${scrapeClass}/scrapeclass-example-servicemonitor.yaml: spec.selector: Required value`,
  ]);
  assert.ok(taken >= 100, `took ${taken}`);
  t.diagnostic(`${taken} examples`);
});
