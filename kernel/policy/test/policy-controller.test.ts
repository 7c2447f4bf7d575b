import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { draft } from '../../control/draft.ts';
import { EventWriter } from '../../control/events.ts';
import { faultLaw } from '../../control/test/fault-law.ts';
import { builtinTestResources, MemoryClient, testResource } from '../../control/test/memory-client.ts';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { VirtualClock } from '../../control/test/virtual-clock.ts';
import type { Client } from '../../model/client.ts';
import { admissionPolicyController } from '../policy-controller.ts';
import { admissionBindings, admissionPolicies } from '../policy-ids.ts';
import { isAdmissionPolicy } from '../policy-kind.ts';

const apiVersion = 'admissionregistration.k8s.io/v1';
const configMaps = { group: '', resource: 'configmaps' };

function world(): { client: MemoryClient; clock: VirtualClock } {
  const clock = new VirtualClock();
  const resources = [
    ...builtinTestResources,
    testResource(apiVersion, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', {
      namespaced: false,
      status: true,
    }),
    testResource(apiVersion, 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', {
      namespaced: false,
    }),
  ];
  return { client: new MemoryClient({ clock, random: seededRandom(1), resources }), clock };
}

async function policy(client: Client, name: string, more: object = {}): Promise<void> {
  const rule = { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };
  const spec = {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules: [rule] },
    validations: [{ expression: 'true' }],
    ...more,
  };
  await client.create(admissionPolicies, draft(apiVersion, 'ValidatingAdmissionPolicy', { name }, { spec }));
}

async function bind(client: Client, name: string, policyName: string, more: object = {}): Promise<void> {
  const spec = { policyName, validationActions: ['Deny'], ...more };
  const object = draft(apiVersion, 'ValidatingAdmissionPolicyBinding', { name }, { spec });
  await client.create(admissionBindings, object);
}

function conditions(client: Client, name: string): string[] {
  const found = client.get(admissionPolicies, { name });
  if (!found || !isAdmissionPolicy(found)) return [];
  return (found.status?.conditions ?? []).map(
    ({ type, status, message = '' }) => `${type}=${status}: ${message}`,
  );
}

describe('the controller of admission policies', () => {
  test('keeps to the fault law', async () => {
    const report = await faultLaw({
      async setup() {
        const { client, clock } = world();
        await policy(client, 'bound');
        await policy(client, 'lonely');
        await policy(client, 'lost', { paramKind: { apiVersion: 'shop.dev/v1', kind: 'Limit' } });
        await bind(client, 'one', 'bound');
        return {
          client,
          clock,
          objects: () => client.dump(),
          disturb: async (other: Client) => await bind(other, 'two', 'bound'),
          check: () => {
            const fine = 'Ready=True: every kind and parameter that it names is there';
            deepEqual(conditions(client, 'bound'), [fine, 'Bound=True: in force by one, two']);
            deepEqual(conditions(client, 'lonely'), [fine, 'Bound=False: no binding puts it into force']);
            match(conditions(client, 'lost')[0] ?? '', /^Ready=False: spec.paramKind: no kind Limit/);
          },
        };
      },
      controllers: () => [admissionPolicyController()],
    });
    ok(report.steps >= 4, `only ${report.steps} steps`);
  });

  test('looks again for parameters that are missing, and tells of bindings without a policy', async () => {
    const { client, clock } = world();
    const namespaces = { group: '', resource: 'namespaces' };
    await client.create(namespaces, draft('v1', 'Namespace', { name: 'default' }));
    await policy(client, 'limited', { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } });
    const paramRef = { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' };
    await bind(client, 'limited', 'limited', { paramRef });
    await bind(client, 'orphan', 'nowhere');
    const recorder = new EventWriter({ client, clock, component: 'test' });
    const running = admissionPolicyController().start({ client, clock, random: seededRandom(2), recorder });
    const until = async (isSo: () => boolean): Promise<void> => {
      for (let turn = 0; !isSo(); turn++) {
        ok(turn < 1_000, 'the state does not come');
        await clock.advance(1_000);
      }
    };
    await until(() => conditions(client, 'limited')[0]?.startsWith('Ready=False') === true);
    match(conditions(client, 'limited')[0] ?? '', /there is no ConfigMap "limits" in namespace default/);
    await client.create(configMaps, draft('v1', 'ConfigMap', { name: 'limits', namespace: 'default' }));
    await until(() => conditions(client, 'limited')[0]?.startsWith('Ready=True') === true);
    const events = { group: '', resource: 'events' };
    await until(() => client.list(events).some((event) => event['reason'] === 'PolicyNotFound'));
    equal(await running.stop(1_000), true);
  });
});
