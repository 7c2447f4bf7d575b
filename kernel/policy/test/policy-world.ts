import { deleteObject } from '../../api/delete.ts';
import { patchObject } from '../../api/patch.ts';
import type { ServedResource } from '../../api/registry.ts';
import type { WriteRequest } from '../../api/write-request.ts';
import type { Judgement } from '../../api/write-review.ts';
import type { UserInfo } from '../../auth/port.ts';
import { MemoryStore } from '../../auth/test/memory-store.ts';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { VirtualClock } from '../../control/test/virtual-clock.ts';
import { assembleCore, type Core } from '../../core.ts';
import { anyObject, defineKind, resourceOf } from '../../model/define-kind.ts';
import { isObject } from '../../model/json.ts';
import { type KubeObject, parseObject } from '../../model/object.ts';
import { parseGroupVersion } from '../../model/resource-type.ts';
import { StatusError } from '../../model/status-error.ts';
import { Type } from '../../model/type-builders.ts';
import type { Clock } from '../../ports/clock.ts';

/** What came of a write: what was said besides, and the refusal when there was one. */
export interface Attempt {
  readonly object?: KubeObject;
  readonly warnings: readonly string[];
  readonly judgement?: Judgement;
  readonly error?: StatusError;
}

/** How a write is made. */
export interface Manner {
  readonly user?: UserInfo;
  readonly dryRun?: boolean;
  readonly subresource?: string;
  /** Whether verdicts are collected, as a plan does; warnings are then among them. */
  readonly judged?: boolean;
}

const admin: UserInfo = { username: 'anna', groups: ['system:masters', 'system:authenticated'] };
const group = 'admissionregistration.k8s.io';

/** A control plane without network and without controllers, for policies to judge what is written to it. */
export class PolicyWorld {
  readonly core: Core;
  readonly store: MemoryStore;

  private constructor(core: Core, store: MemoryStore) {
    this.core = core;
    this.store = store;
  }

  static async start(clock: Clock = new VirtualClock()): Promise<PolicyWorld> {
    const store = new MemoryStore();
    const core = await assembleCore(store, {
      capabilities: [],
      clock,
      random: seededRandom(1),
      dataDirectory: '/nonexistent',
      rootCa: 'the root of trust',
      authenticateToken: () => undefined,
      issueToken: () => Promise.reject(new Error('nobody asks for tokens')),
      onFault: (_what, error) => {
        throw error;
      },
    });
    return new PolicyWorld(core, store);
  }

  /** Serves a kind of which nothing is known but its name. */
  serve(
    apiVersion: string,
    kind: string,
    plural: string,
    scope: 'Namespaced' | 'Cluster' = 'Namespaced',
  ): void {
    const { group: own, version } = parseGroupVersion(apiVersion);
    const open = Type.Optional(anyObject({ description: 'Anything.' }));
    const definition = defineKind({
      group: own,
      version,
      kind,
      plural,
      scope,
      description: 'A kind for tests.',
      fields: { spec: open, template: open, status: open },
      scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
    });
    this.core.registry.set(resourceOf(definition));
  }

  async namespace(name: string, labels: Record<string, string> = {}): Promise<void> {
    await this.must({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  }

  /** Puts a policy into force. `spec` stands over a policy for all ConfigMaps. */
  async policy(name: string, spec: object, binding: object = {}): Promise<void> {
    await this.must({
      apiVersion: `${group}/v1`,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: { matchConstraints: { resourceRules: [configMaps] }, ...spec },
    });
    await this.bind(name, name, binding);
  }

  async bind(name: string, policyName: string, binding: object = {}): Promise<void> {
    await this.must({
      apiVersion: `${group}/v1`,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName, validationActions: ['Deny'], ...binding },
    });
  }

  /** Creates an object, or replaces it when it is there. */
  async write(object: object, manner: Manner = {}): Promise<Attempt> {
    const body = structuredClone(object);
    const { served, name, namespace } = this.place(object);
    const { objects } = this.core;
    const stored = objects.store.get(objects.key(served, namespace, name));
    if (!isObject(body)) throw new Error('not an object');
    return await this.#attempt(served, namespace, stored ? name : '', manner, async (request) => {
      if (!stored) return (await objects.create(body, request)).object;
      const next = { ...body, metadata: { ...metadataOf(body), resourceVersion: '' } };
      return (await objects.update(() => parseObject(JSON.stringify(next)), request)).object;
    });
  }

  /** Applies a merge patch. */
  async patch(object: object, patch: object, manner: Manner = {}): Promise<Attempt> {
    const { served, name, namespace } = this.place(object);
    const bytes = Buffer.from(JSON.stringify(patch));
    const body = { bytes, contentType: 'application/merge-patch+json', force: false };
    return await this.#attempt(served, namespace, name, manner, async (request) => {
      return (await patchObject(this.core.objects, body, request)).object;
    });
  }

  async remove(object: object, manner: Manner = {}): Promise<Attempt> {
    const { served, name, namespace } = this.place(object);
    return await this.#attempt(served, namespace, name, manner, async (request) => {
      const options = { preconditions: {}, propagation: undefined };
      return (await deleteObject(this.core.objects, request, options)).written.object;
    });
  }

  /** Writes what has to be written. */
  async must(object: object): Promise<void> {
    const { error } = await this.write(object);
    if (error) throw error;
  }

  place(object: object): { served: ServedResource; name: string; namespace: string } {
    if (!isObject(object)) throw new Error('not an object');
    const { apiVersion, kind } = object;
    const metadata = metadataOf(object);
    const served = this.core.registry.forKind(String(apiVersion), String(kind));
    if (!served) throw new Error(`no kind ${String(kind)} of ${String(apiVersion)} is served`);
    const { name, namespace } = metadata;
    return {
      served,
      name: typeof name === 'string' ? name : '',
      namespace: served.type.namespaced && typeof namespace === 'string' ? namespace : '',
    };
  }

  async #attempt(
    served: ServedResource,
    namespace: string,
    name: string,
    { user = admin, dryRun = false, subresource = '', judged = false }: Manner,
    act: (request: WriteRequest) => Promise<KubeObject>,
  ): Promise<Attempt> {
    const warnings: string[] = [];
    let judgement: Judgement | undefined;
    const request: WriteRequest = {
      served,
      namespace,
      name,
      subresource,
      user,
      manager: 'test',
      dryRun,
      fieldValidation: 'Strict',
      duplicates: [],
      nowMs: 0,
      warn: (message) => warnings.push(message),
      ...(judged
        ? {
            judged: (found: Judgement) => {
              judgement = found;
            },
          }
        : {}),
    };
    try {
      const object = await act(request);
      return { object, warnings, ...(judgement ? { judgement } : {}) };
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return { error, warnings, ...(judgement ? { judgement } : {}) };
    }
  }
}

/** A rule for creations and updates of ConfigMaps. */
export const configMaps = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['configmaps'],
};

/** A ConfigMap in the namespace `default`. */
export function configMap(
  name: string,
  data: Record<string, string> = {},
  metadata: object = {},
): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...metadata }, data };
}

function metadataOf(object: Record<string, unknown>): Record<string, unknown> {
  return isObject(object['metadata']) ? object['metadata'] : {};
}
