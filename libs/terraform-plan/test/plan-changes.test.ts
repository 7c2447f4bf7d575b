import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { planChanges } from '../src/index.ts';
import { plan, resource } from './plan-sample.ts';

test('resources with what happens to them, and why; what is deleted first', () => {
  const found = planChanges(
    plan({
      resource_changes: [
        resource({ before: { a: 1, same: 1 }, after: { a: 2, same: 1 } }, { address: 'x_server.first' }),
        resource({ actions: ['no-op'], before: {}, after: {} }, { address: 'x_server.same' }),
        resource(
          {
            actions: ['delete', 'create'],
            before: { size: 's', key: 'k' },
            after: { size: 'l' },
            after_unknown: { id: true },
            after_sensitive: { key: true },
            before_sensitive: { key: true },
            replace_paths: [['size']],
          },
          {
            address: 'module.m.x_server.web',
            module_address: 'module.m',
            previous_address: 'x_server.web',
            action_reason: 'replace_because_cannot_update',
          },
        ),
      ],
      output_changes: {
        url: { actions: ['create'], before: null, after: 'u', after_unknown: false, after_sensitive: false },
      },
      resource_drift: [resource({ before: { a: 1 }, after: { a: 9 } }, { address: 'x_server.first' })],
    }),
  );
  deepEqual(
    found.resources.map(({ address, action, isDestructive }) => [address, action, isDestructive]),
    [
      ['module.m.x_server.web', 'replace', true],
      ['x_server.first', 'update', false],
    ],
  );
  deepEqual(JSON.parse(JSON.stringify(found.resources[0])), {
    address: 'module.m.x_server.web',
    previousAddress: 'x_server.web',
    module: 'module.m',
    mode: 'managed',
    type: 'x_server',
    action: 'replace',
    replaceOrder: 'delete-then-create',
    isDestructive: true,
    isImported: false,
    reason: 'it cannot be changed in place',
    attributes: [
      { path: 'size', before: '"s"', after: '"l"', forcesReplacement: true },
      { path: 'key', before: '(sensitive)', forcesReplacement: false },
      { path: 'id', after: '(known after apply)', forcesReplacement: false },
    ],
  });
  deepEqual(found.outputs, [
    {
      name: 'url',
      action: 'create',
      attributes: [{ path: 'url', after: '"u"', forcesReplacement: false }],
    },
  ]);
  deepEqual(
    found.drift.map(({ address, attributes }) => [address, attributes]),
    [['x_server.first', [{ path: 'a', before: '1', after: '9', forcesReplacement: false }]]],
  );
  equal(found.headline, '1 to replace, 1 to update, 1 moved, 1 output');
  equal(found.outcome, 'changes');
  deepEqual(found.notices, ['1 value is known only after apply.']);
});

test('of very many attributes the first are told, and how many there are besides', () => {
  const after = Object.fromEntries(Array.from({ length: 205 }, (_, i) => [`a${i}`, i]));
  const [found] = planChanges(plan({ resource_changes: [resource({ before: {}, after })] })).resources;
  deepEqual([found?.attributes.length, found?.attributesLeftOut], [200, 5]);
});
