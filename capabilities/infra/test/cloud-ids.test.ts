import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressOf } from '../src/cloud/address.ts';
import {
  outputId,
  outputOf,
  versionId,
  versionOf,
  workspaceId,
  workspaceOf,
} from '../src/cloud/cloud-ids.ts';

const namespace = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
/** Names of states may have dots, which ids have too. */
const name = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?$/);
const output = fc.stringMatching(/^[A-Za-z_][\w-]{0,20}$/);

test('ids tell the names that they were made of, and are such that clients take', () => {
  fc.assert(
    fc.property(namespace, name, fc.nat(), output, (ns, state, serial, one) => {
      const named = { namespace: ns, name: state };
      deepEqual(workspaceOf(workspaceId(named)), named);
      deepEqual(versionOf(versionId({ ...named, serial })), { ...named, serial });
      const whole = { ...named, serial, output: one };
      deepEqual(outputOf(outputId(whole)), whole);
      for (const id of [workspaceId(named), versionId({ ...named, serial }), outputId(whole)]) {
        equal(/^[a-zA-Z0-9\-._]+$/.test(id), true, id);
      }
    }),
  );
});

test('what is no id names nothing', () => {
  for (const id of ['', 'ws-', 'ws-a', 'sv-a.b', 'ws-.b', 'sv-a.b.c', `sv-a.b.${'9'.repeat(16)}`]) {
    equal(workspaceOf(id).name, '', id);
    equal(versionOf(id).name, '', id);
    equal(outputOf(id).name, '', id);
  }
});

test('addresses are those that a client called', () => {
  const at = (host?: string): string => addressOf({ headers: host ? { host } : {} }, 'default');
  equal(at('plinth.example:8443'), 'https://plinth.example:8443');
  equal(at('[::1]:7443'), 'https://[::1]:7443');
  equal(addressOf({ headers: { host: 'h' } }, 'acme'), 'https://h/clusters/acme');
  for (const host of [undefined, 'evil/path', 'a b', 'user@host', 'host:port', 'a\nb', '[::1'])
    throws(() => at(host), /Host: expected a name or an address/);
});
