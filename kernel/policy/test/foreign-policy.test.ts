import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { isObject } from '../../model/json.ts';
import { PolicyWorld } from './policy-world.ts';

const corpora = process.env['PLINTH_CORPORA'] ?? join(import.meta.dirname, '../../../../shared/corpora');
const file = join(
  corpora,
  'manifests/gateway-api/config/crd/standard/gateway.networking.k8s.io_vap_safeupgrades.yaml',
);
const skip = existsSync(file) ? false : `there is no ${file}`;

function definition(group: string, annotations: Record<string, string>): object {
  const openAPIV3Schema = { type: 'object' };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `gateways.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, a test', ...annotations },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'gateways', kind: 'Gateway' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

test('the policy of Gateway API guards its definitions as it stands', { skip }, async () => {
  const world = await PolicyWorld.start();
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    const object: unknown = document.toJS();
    ok(isObject(object));
    const { error, warnings } = await world.write(object);
    equal(error, undefined);
    deepEqual(warnings, []);
  }
  const own = 'gateway.networking.k8s.io';
  const released = (version: string, channel = 'standard'): object =>
    definition(own, { [`${own}/bundle-version`]: version, [`${own}/channel`]: channel });
  equal((await world.write(definition('shop.example.com', {}))).error, undefined);
  match((await world.write(released('v0.8.0'))).error?.message ?? '', /version before v1.5.0 is prohibited/);
  equal((await world.write(released('v1.6.0'))).error, undefined);
  match(
    (await world.write(released('v1.6.0', 'experimental'))).error?.message ?? '',
    /Installing experimental CRDs on top of standard channel CRDs is prohibited/,
  );
});
