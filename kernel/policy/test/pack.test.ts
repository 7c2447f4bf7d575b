import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { isObject } from '../../model/json.ts';
import { PolicyWorld } from './policy-world.ts';

const pack = join(import.meta.dirname, '../../../blueprints/policies');

/** Kinds of a Kubernetes cluster that the samples are of, and that no control plane of ours serves by itself. */
const kinds: readonly [string, string, string][] = [
  ['v1', 'Pod', 'pods'],
  ['v1', 'PodTemplate', 'podtemplates'],
  ['v1', 'ReplicationController', 'replicationcontrollers'],
  ['v1', 'Service', 'services'],
  ['apps/v1', 'DaemonSet', 'daemonsets'],
  ['apps/v1', 'Deployment', 'deployments'],
  ['apps/v1', 'ReplicaSet', 'replicasets'],
  ['apps/v1', 'StatefulSet', 'statefulsets'],
  ['batch/v1', 'CronJob', 'cronjobs'],
  ['batch/v1', 'Job', 'jobs'],
  ['networking.k8s.io/v1', 'Ingress', 'ingresses'],
];

interface Sample {
  readonly topic: string;
  readonly control: string;
  readonly folder: string;
}

const topics = readdirSync(pack, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const samples: readonly Sample[] = topics.flatMap((topic) =>
  readdirSync(join(pack, topic), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ topic, control: name, folder: join(pack, topic, name) })),
);

function documents(path: string): Record<string, unknown>[] {
  if (!existsSync(path)) return [];
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => {
    deepEqual(document.errors, [], path);
    const value: unknown = document.toJS();
    ok(isObject(value), path);
    return value;
  });
}

function policyIn(folder: string): Record<string, unknown> {
  const policy = documents(join(folder, 'policy.yaml')).find(
    ({ kind }) => kind === 'ValidatingAdmissionPolicy',
  );
  ok(policy, folder);
  return policy;
}

function titleOf({ kind, metadata }: Record<string, unknown>): string {
  return `${String(kind)}/${isObject(metadata) ? String(metadata['name']) : ''}`;
}

describe('the shipped policies', () => {
  let world: PolicyWorld;
  before(async () => {
    world = await PolicyWorld.start();
    for (const [apiVersion, kind, plural] of kinds) world.serve(apiVersion, kind, plural);
    world.serve('plinth.dev/v1alpha1', 'Workspace', 'workspaces', 'Cluster');
    for (const topic of topics) {
      for (const namespace of documents(join(pack, topic, 'namespace.yaml'))) await world.must(namespace);
    }
    // What is there before anything is in force.
    for (const { folder } of samples) {
      for (const object of documents(join(folder, 'before.yaml'))) await world.must(object);
    }
    for (const { folder } of samples) {
      for (const object of documents(join(folder, 'policy.yaml'))) {
        const { error, warnings } = await world.write(object);
        equal(error, undefined, `${folder}: ${error?.message}`);
        deepEqual(warnings, [], folder);
      }
    }
  });

  test('are at least 25, with both levels of the Pod Security Standards', () => {
    ok(samples.length >= 25, String(samples.length));
    const controls = (topic: string): number => samples.filter((sample) => sample.topic === topic).length;
    equal(controls('pod-security-baseline'), 11);
    equal(controls('pod-security-restricted'), 6);
  });

  for (const { topic, control, folder } of samples) {
    test(`${topic}/${control} lets its good samples through and denies each bad one, alone`, async () => {
      const [, name] = titleOf(policyIn(folder)).split('/');
      const good = documents(join(folder, 'good.yaml'));
      const bad = documents(join(folder, 'bad.yaml'));
      ok(good.length > 0 && bad.length > 0);
      const deleted = documents(join(folder, 'deleted.yaml'));
      for (const object of good) {
        const { error, judgement } = await world.write(object, { judged: true });
        equal(error?.message, undefined, titleOf(object));
        deepEqual(judgement?.verdicts ?? [], [], titleOf(object));
      }
      for (const object of deleted) {
        const { error } = await world.remove(object, { judged: true });
        equal(error?.message, undefined, titleOf(object));
      }
      for (const object of bad) {
        const isDeletion = deleted.length > 0;
        const { error, judgement } = isDeletion
          ? await world.remove(object, { judged: true })
          : await world.write(object, { judged: true });
        ok(error, `${titleOf(object)} was let through`);
        const by = new Set(judgement?.verdicts.map((verdict) => verdict.policy));
        deepEqual([...by], [name], `${titleOf(object)}: ${error.message}`);
      }
    });
  }

  test('say what they are for', () => {
    for (const { folder } of samples) {
      const { metadata } = policyIn(folder);
      ok(isObject(metadata));
      const annotations = isObject(metadata['annotations']) ? metadata['annotations'] : {};
      ok(String(annotations['policies.plinth.dev/description'] ?? '').endsWith('.'), folder);
    }
  });

  test('stand in the table of the README, all of them', () => {
    const readme = readFileSync(join(pack, 'README.md'), 'utf8');
    for (const { topic, control, folder } of samples) {
      const [, name = ''] = titleOf(policyIn(folder)).split('/');
      ok(readme.includes(`[${name}](${topic}/${control}/policy.yaml)`), `${topic}/${control}`);
    }
  });
});
