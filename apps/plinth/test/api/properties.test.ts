import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { at, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { WatchReader } from '../harness/watch-reader.ts';
import { configMap, configMaps, installWidgets, makeNamespace, widgets } from '../harness/widgets.ts';

const apply = 'application/apply-patch+yaml';
const merge = 'application/merge-patch+json';
const jsonPatch = 'application/json-patch+json';

type Operation =
  | { readonly type: 'create' | 'put' | 'patch'; readonly name: string; readonly value: string }
  | { readonly type: 'delete'; readonly name: string };

const name = fc.constantFrom('a', 'b', 'c', 'd');
const value = fc.stringMatching(/^[a-z]{0,4}$/);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ type: fc.constantFrom('create' as const, 'put' as const, 'patch' as const), name, value }),
  fc.record({ type: fc.constant('delete' as const), name }),
);

const parts = fc.uniqueArray(fc.record({ name: fc.constantFrom('x', 'y', 'z'), count: fc.nat(5) }), {
  selector: (part) => part.name,
});
/** What one manager wants of a widget. No two managers share a field, so that there are no conflicts. */
const intents = fc.record({
  note: fc.record({ note: value }),
  options: fc.record({
    options: fc.dictionary(fc.stringMatching(/^[a-z]$/), value, { noNullPrototype: true }),
  }),
  parts: fc.record({ parts }),
  tags: fc.record({ tags: fc.uniqueArray(fc.constantFrom('p', 'q', 'r')) }),
});

describe('properties of the API', () => {
  let server: TestServer;
  let counter = 0;
  before(async () => {
    server = await startTestServer();
    await installWidgets(server);
    await makeNamespace(server, 'model');
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  /** Does an operation to the server and to the model; both have to agree on whether it succeeds. */
  async function perform(step: Operation, model: Map<string, string>, path: string): Promise<void> {
    const present = model.has(step.name);
    if (step.type === 'delete') {
      equal((await server.admin.delete(`${path}/${step.name}`)).status, present ? 200 : 404);
      model.delete(step.name);
      return;
    }
    const body = {
      ...configMap(step.name, { v: step.value }),
      metadata: { name: step.name, labels: { set: 'm' } },
    };
    const { status } =
      step.type === 'create'
        ? await server.admin.post(path, body)
        : step.type === 'put'
          ? await server.admin.put(`${path}/${step.name}`, body)
          : await server.admin.patch(
              `${path}/${step.name}`,
              JSON.stringify({ data: { v: step.value } }),
              merge,
            );
    const succeeds = step.type === 'create' ? !present : present;
    equal(status, step.type === 'create' ? (present ? 409 : 201) : present ? 200 : 404);
    if (succeeds) model.set(step.name, step.value);
  }

  test('list and watch agree with a plain map', async () => {
    const path = configMaps('model');
    const selected = `${path}?labelSelector=set`;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 25 }), async (steps) => {
        const start = await server.admin.get(selected);
        const model = new Map(
          listAt(start.json, 'items').map((item) => [
            textAt(item, 'metadata', 'name'),
            textAt(item, 'data', 'v'),
          ]),
        );
        const watched = new Map(model);
        const from = textAt(start.json, 'metadata', 'resourceVersion');
        const watch = await WatchReader.open(server.admin, `${selected}&resourceVersion=${from}`);
        for (const step of steps) await perform(step, model, path);
        await server.admin.post(path, { metadata: { name: `end-${++counter}`, labels: { set: 'm' } } });
        await watch.find(
          'the last event',
          ({ object }) => at(object, 'metadata', 'name') === `end-${counter}`,
        );
        watch.close();
        for (const { type, object } of watch.events) {
          const changed = textAt(object, 'metadata', 'name');
          equal(watched.has(changed), type !== 'ADDED', `${type} ${changed}`);
          if (type === 'DELETED') watched.delete(changed);
          else watched.set(changed, String(at(object, 'data', 'v') ?? ''));
        }
        watched.delete(`end-${counter}`);
        await server.admin.delete(`${path}/end-${counter}`);
        const sorted = (map: Map<string, string>): unknown => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
        deepEqual(sorted(watched), sorted(model));
        const end = await server.admin.get(selected);
        deepEqual(
          listAt(end.json, 'items').map((item) => [
            textAt(item, 'metadata', 'name'),
            textAt(item, 'data', 'v'),
          ]),
          sorted(model),
        );
      }),
      { numRuns: 25 },
    );
  });

  test('appliers in any order come to the same object', async () => {
    const orders = fc.tuple(
      intents,
      fc.shuffledSubarray(['note', 'options', 'parts', 'tags'] as const, { minLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(orders, async ([wanted, order]) => {
        const outcome = async (managers: readonly (keyof typeof wanted)[]): Promise<unknown> => {
          const path = `${widgets()}/order-${++counter}`;
          for (const manager of managers) {
            const config = {
              apiVersion: 'example.com/v1',
              kind: 'Widget',
              spec: { size: 'small', ...wanted[manager] },
            };
            const { status } = await server.admin.patch(`${path}?fieldManager=${manager}`, config, apply);
            ok(status === 200 || status === 201);
          }
          const { json } = await server.admin.get(path);
          await server.admin.delete(path);
          const entries = listAt(json, 'metadata', 'managedFields')
            .map((entry) => `${textAt(entry, 'manager')} ${JSON.stringify(at(entry, 'fieldsV1'))}`)
            .sort((a, b) => (a < b ? -1 : 1));
          return { spec: at(json, 'spec'), entries };
        };
        deepEqual(await outcome(order), await outcome(['note', 'options', 'parts', 'tags']));
      }),
      { numRuns: 25 },
    );
  });

  test('applying twice is applying once', async () => {
    await fc.assert(
      fc.asyncProperty(intents, async (wanted) => {
        const path = `${widgets()}/twice-${++counter}?fieldManager=m`;
        const spec = { size: 'small', ...wanted.note, ...wanted.options, ...wanted.parts, ...wanted.tags };
        const config = { apiVersion: 'example.com/v1', kind: 'Widget', spec };
        const first = await server.admin.patch(path, config, apply);
        const second = await server.admin.patch(path, config, apply);
        deepEqual(second.json, first.json);
      }),
      { numRuns: 25 },
    );
  });

  test('a patch to another state and one back lead to the same object', async () => {
    const data = fc.dictionary(fc.stringMatching(/^[a-z]{1,2}$/), value, {
      maxKeys: 6,
      noNullPrototype: true,
    });
    const difference = (from: object, to: Record<string, string>): object => ({
      ...Object.fromEntries(Object.keys(from).map((key) => [key, null])),
      ...to,
    });
    await fc.assert(
      fc.asyncProperty(data, data, async (before, after) => {
        const id = `back-${++counter}`;
        const path = `${configMaps()}/${id}`;
        await server.admin.post(configMaps(), configMap(id, before));
        const there = await server.admin.patch(path, { data: difference(before, after) }, merge);
        deepEqual(at(there.json, 'data') ?? {}, after);
        const back = await server.admin.patch(path, { data: difference(after, before) }, merge);
        deepEqual(at(back.json, 'data') ?? {}, before);
        const replace = [{ op: 'add', path: '/data', value: after }];
        const json = await server.admin.patch(path, replace, jsonPatch);
        deepEqual(at(json.json, 'data') ?? {}, after);
        const body = { data: difference(after, before) };
        const strategic = await server.admin.patch(path, body, 'application/strategic-merge-patch+json');
        deepEqual(at(strategic.json, 'data') ?? {}, before);
      }),
      { numRuns: 25 },
    );
  });
});
