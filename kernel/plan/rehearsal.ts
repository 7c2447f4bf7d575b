import { matchesLabels } from '@plinth/kube-selector';
import { deleteObject } from '../api/delete.ts';
import { prefixOf } from '../api/keys.ts';
import { labelSelectorOrThrow } from '../api/list.ts';
import { patchObject } from '../api/patch.ts';
import { quotaExceeded } from '../api/quota-refusal.ts';
import { refOf } from '../api/refusals.ts';
import type { ServedResource } from '../api/registry.ts';
import type { WriteRequest } from '../api/write-request.ts';
import type { Judgement } from '../api/write-review.ts';
import type { UserInfo } from '../auth/port.ts';
import { refusalMessage } from '../auth/rbac/refusal.ts';
import { rbacGroup } from '../auth/rbac/role.ts';
import { equalJson, isObject } from '../model/json.ts';
import type { JsonObject, KubeObject } from '../model/object.ts';
import { groupVersion, parseGroupVersion } from '../model/resource-type.ts';
import { StatusError } from '../model/status-error.ts';
import { StoreError } from '../store/port.ts';
import { turnMs } from './limits.ts';
import { declaredState, objectDigest, outcomeState } from './object-state.ts';
import type { ObjectRef, PlanInputs, TargetState } from './plan-record.ts';
import { RehearsalWorld, type WorldOptions } from './rehearsal-world.ts';

/** What stands against a change. */
export interface ChangeProblem {
  readonly field?: string;
  readonly message: string;
}

/** What became of one object in a rehearsal. */
export interface RehearsedChange {
  readonly operation: 'Create' | 'Update' | 'Delete' | 'None' | 'Error';
  readonly ref: ObjectRef;
  /** Place of its manifest. */
  readonly manifest?: number;
  /** Absent for an error that came before the kind was known. */
  readonly served?: ServedResource;
  readonly key?: string;
  readonly before?: KubeObject | undefined;
  readonly after?: KubeObject;
  readonly warnings: readonly string[];
  readonly problems: readonly ChangeProblem[];
  /** Whether it is refused for want of rights. */
  readonly isForbidden?: boolean;
  /** What admission policies say of it; absent when none judges it. */
  readonly judgement?: Judgement;
  /** What wrote it, for the commit of the real thing. */
  readonly request?: WriteRequest;
  /** What the digest of the plan says of it; absent for errors. */
  readonly state?: TargetState;
}

/** Kinds that cannot be part of a plan, and why. */
const notPlanned: Readonly<Record<string, string>> = {
  Plan: 'it would decide about itself',
  Approval: 'it would decide about itself',
  Run: 'it is carried out at once; plan a RunSchedule, or start the run after the plan was applied',
};

/** When and how a change is rehearsed. */
export interface RehearsalSettings {
  /** The instant of the writes, in milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** Of digests of secrets. */
  readonly key: Uint8Array;
  /** Where the request came from that asks for it. */
  readonly origin?: WriteRequest['origin'];
}

interface Target {
  readonly ref: ObjectRef;
  readonly served: ServedResource;
  readonly key: string;
  readonly namespace: string;
}

/** What is said besides while one object is written. */
class WriteNotes {
  readonly warnings: string[] = [];
  judgement: Judgement | undefined;

  get shown(): Pick<RehearsedChange, 'warnings' | 'judgement'> {
    const { warnings, judgement } = this;
    return { warnings, ...(judgement ? { judgement } : {}) };
  }
}

/**
 * Carries a change out in a world of its own: each manifest by server-side apply, each delete, through the same
 * authorization and admission as a real write. Namespaces come first, then definitions of kinds, then the rest; deletes
 * go the other way round.
 */
export class Rehearsal {
  readonly world: RehearsalWorld;
  readonly changes: RehearsedChange[] = [];
  readonly #inputs: PlanInputs;
  readonly #user: UserInfo;
  readonly #at: RehearsalSettings;
  readonly #clock: WorldOptions['clock'];
  readonly #key: Uint8Array;
  readonly #quota: WorldOptions['quota'];
  readonly #seen = new Set<string>();
  /** Digests of the manifests, in their order. */
  readonly manifestDigests: string[] = [];

  /** @param user as whom everything is written */
  constructor(options: WorldOptions, inputs: PlanInputs, user: UserInfo, at: RehearsalSettings) {
    const concerned = [...inputs.manifests, ...inputs.deletes, ...(inputs.prune?.kinds ?? [])];
    const givesRights = concerned.some(({ apiVersion }) => textOf(apiVersion).startsWith(`${rbacGroup}/`));
    this.world = new RehearsalWorld(options, givesRights);
    this.#inputs = inputs;
    this.#user = user;
    this.#at = at;
    this.#key = at.key;
    this.#clock = options.clock;
    this.#quota = options.quota;
  }

  /** @param givesTurns whether other requests get their turn now and then, in which the world may move */
  async run(givesTurns: boolean): Promise<void> {
    let turnEndsMs = this.#clock.monotonic() + turnMs;
    const rest = async (): Promise<void> => {
      if (!givesTurns || this.#clock.monotonic() < turnEndsMs) return;
      await new Promise<void>((resolve) => setImmediate(resolve));
      turnEndsMs = this.#clock.monotonic() + turnMs;
    };
    const staged = this.#inputs.manifests
      .map((manifest, place) => ({ manifest, place }))
      .sort((a, b) => stageOf(a.manifest) - stageOf(b.manifest) || a.place - b.place);
    for (const { manifest, place } of staged) {
      this.manifestDigests[place] = objectDigest(manifest, this.#key);
      this.changes.push(this.#withState(await this.#apply(manifest, place)));
      await rest();
    }
    const deletes = [...this.#inputs.deletes, ...this.#pruned()];
    for (const ref of deletes.sort((a, b) => stageOf(b) - stageOf(a))) {
      this.changes.push(this.#withState(await this.#delete(ref)));
      await rest();
    }
    this.#holdToQuota();
  }

  /** The whole change is one commit, so it is held to the quota as a whole: what it deletes makes room for the rest. */
  #holdToQuota(): void {
    const { store } = this.world;
    const writes = store.planned.map(({ key }) => ({ key, user: this.#user }));
    for (const bound of this.#quota?.bounds(writes) ?? []) {
      try {
        store.check(bound);
      } catch (error) {
        if (!(error instanceof StoreError) || !error.exceeded) throw error;
        const at = this.changes.findLastIndex(
          ({ key, after }) => after !== undefined && key?.startsWith(bound.prefix) === true,
        );
        const change = this.changes[at];
        if (!change?.served) throw error;
        const { message } = quotaExceeded(error.exceeded, refOf(change.served, change.ref.name));
        const { after: _after, ...refused } = change;
        this.changes[at] = this.#withState({ ...refused, operation: 'Error', problems: [{ message }] });
      }
    }
  }

  /** Adds what the digest of the plan says of a change; here, where other requests get their turn in between. */
  #withState(change: RehearsedChange): RehearsedChange {
    const { ref, key = '', served, before, after } = change;
    if (!served) return change;
    const declared = before && declaredState(before, served.version);
    const outcome = after && outcomeState(after, served.version, !before);
    // Whoever owns the fields, nothing that anybody declares becomes different.
    const operation =
      change.operation === 'Update' && equalJson(declared, outcome) ? 'None' : change.operation;
    const state: TargetState = {
      ref,
      key,
      operation,
      ...(declared ? { before: declared, beforeDigest: objectDigest(declared, this.#key) } : {}),
      ...(outcome ? { outcome: objectDigest(outcome, this.#key) } : {}),
    };
    return { ...change, operation, state };
  }

  async #apply(manifest: JsonObject, place: number): Promise<RehearsedChange> {
    const target = this.#target(manifest, place);
    if ('operation' in target) return target;
    const { ref, served, key, namespace } = target;
    const before = this.world.object(this.world.store.below(key), served);
    const common = { ref, manifest: place, served, key, before };
    const refusal = this.#refusal('patch', target);
    if (refusal !== undefined) {
      return {
        ...common,
        operation: 'Error',
        warnings: [],
        problems: [{ message: refusal }],
        isForbidden: true,
      };
    }
    const notes = new WriteNotes();
    const request = this.#request(target, notes);
    const metadata = isObject(manifest['metadata']) ? manifest['metadata'] : {};
    const placed = served.type.namespaced ? { ...manifest, metadata: { ...metadata, namespace } } : manifest;
    const body = {
      bytes: Buffer.from(JSON.stringify(placed)),
      contentType: 'application/apply-patch+yaml',
      force: this.#inputs.force,
    };
    try {
      const { object } = await patchObject(this.world.objects, body, request);
      if (served.type.kind === 'CustomResourceDefinition') await this.world.define(ref.name);
      const isWritten = this.world.store.get(key) !== this.world.store.below(key);
      const operation = isWritten ? (before ? 'Update' : 'Create') : 'None';
      return { ...common, operation, after: object, ...notes.shown, problems: [], request };
    } catch (error) {
      return { ...common, operation: 'Error', ...notes.shown, ...problemsOf(error) };
    }
  }

  async #delete(ref: ObjectRef): Promise<RehearsedChange> {
    const target = this.#target({ ...ref, metadata: { ...ref } }, undefined);
    if ('operation' in target) return target;
    const { served, key } = target;
    const before = this.world.object(this.world.store.get(key), served);
    const common = { ref: target.ref, served, key, before };
    const refusal = this.#refusal('delete', target);
    if (refusal !== undefined) {
      return {
        ...common,
        operation: 'Error',
        warnings: [],
        problems: [{ message: refusal }],
        isForbidden: true,
      };
    }
    if (!before) return { ...common, operation: 'None', warnings: ['it is not there'], problems: [] };
    const notes = new WriteNotes();
    const request = this.#request(target, notes);
    try {
      const stored = this.world.store.get(key);
      await deleteObject(this.world.objects, request, { preconditions: {}, propagation: undefined });
      const isWritten = this.world.store.get(key) !== stored;
      if (!isWritten) notes.warnings.push('it is being deleted already');
      return { ...common, operation: isWritten ? 'Delete' : 'None', ...notes.shown, problems: [], request };
    } catch (error) {
      return { ...common, operation: 'Error', ...notes.shown, ...problemsOf(error) };
    }
  }

  /** What a manifest or reference means; an error where it means nothing that can be planned. */
  #target(object: JsonObject, manifest: number | undefined): Target | RehearsedChange {
    const metadata = isObject(object['metadata']) ? object['metadata'] : {};
    const [apiVersion, kind, name] = [
      textOf(object['apiVersion']),
      textOf(object['kind']),
      textOf(metadata['name']),
    ];
    const own = textOf(metadata['namespace']);
    const shown: ObjectRef = { apiVersion, kind, name, ...(own === '' ? {} : { namespace: own }) };
    const problem = (field: string, message: string): RehearsedChange => ({
      operation: 'Error',
      ref: shown,
      ...(manifest === undefined ? {} : { manifest }),
      warnings: [],
      problems: [{ field, message }],
    });
    const missing =
      apiVersion === '' ? 'apiVersion' : kind === '' ? 'kind' : name === '' ? 'metadata.name' : '';
    if (missing !== '')
      return problem(missing, `${missing} is missing: every object has apiVersion, kind and metadata.name`);
    const served = this.world.registry.forKind(apiVersion, kind);
    if (!served) {
      return problem(
        'kind',
        `the server has no kind ${kind} in ${apiVersion}; check apiVersion and kind, or add its definition to the plan`,
      );
    }
    const { type } = served;
    const reason = type.group === 'plinth.dev' ? notPlanned[kind] : undefined;
    if (reason !== undefined) return problem('kind', `a ${kind} cannot be part of a plan: ${reason}`);
    if (type.strategy.answer || !type.verbs.includes('patch') || !type.verbs.includes('delete')) {
      return problem('kind', `a ${kind} cannot be part of a plan: it is a question and is not stored`);
    }
    const namespace = type.namespaced ? own || this.#inputs.namespace : '';
    const ref: ObjectRef = { apiVersion, kind, name, ...(type.namespaced ? { namespace } : {}) };
    const key = this.world.objects.key(served, namespace, name);
    if (this.#seen.has(key)) {
      return problem('metadata.name', `${kind}/${name} is in the plan twice: leave one of the two away`);
    }
    this.#seen.add(key);
    return { ref, served, key, namespace };
  }

  #refusal(verb: string, { served, namespace, ref }: Target): string | undefined {
    const { type } = served;
    const user = this.#user;
    if (this.world.allows(user, verb, type, namespace, ref.name)) return undefined;
    const { group, resource } = type;
    return refusalMessage({ user, verb, group, resource, subresource: '', namespace, name: ref.name });
  }

  #request({ served, namespace, ref }: Target, notes: WriteNotes): WriteRequest {
    return {
      served,
      namespace,
      name: ref.name,
      subresource: '',
      user: this.#user,
      manager: this.#inputs.fieldManager,
      dryRun: false,
      fieldValidation: 'Strict',
      duplicates: [],
      nowMs: this.#at.nowMs,
      origin: this.#at.origin,
      warn: (message) => notes.warnings.push(message),
      judged: (judgement) => {
        notes.judgement = judgement;
      },
    };
  }

  /** What the field manager applied before under the selector, and is not among the manifests. */
  #pruned(): ObjectRef[] {
    const { prune, manifests, namespace, fieldManager } = this.#inputs;
    if (!prune) return [];
    const selector = labelSelectorOrThrow(prune.selector);
    const kinds = new Map<string, ServedResource>();
    const namespaces = new Set<string>();
    for (const manifest of manifests) {
      const metadata = isObject(manifest['metadata']) ? manifest['metadata'] : {};
      namespaces.add(textOf(metadata['namespace']) || namespace);
    }
    for (const { apiVersion, kind } of prune.kinds ?? manifests) {
      const served = this.world.registry.forKind(textOf(apiVersion), textOf(kind));
      if (served) kinds.set(`${served.type.group}/${served.type.resource}`, served);
    }
    const found: ObjectRef[] = [];
    for (const served of kinds.values()) {
      for (const place of served.type.namespaced ? namespaces : ['']) {
        if (!this.world.allows(this.#user, 'list', served.type, place, '')) {
          this.changes.push(this.#unlistable(served, place));
          continue;
        }
        const prefix = prefixOf(this.world.objects.tenant, served.type, place);
        for (const stored of this.world.store.list(prefix).objects) {
          const { metadata } = this.world.objects.renderer.object(stored, served);
          const isOurs = (metadata.managedFields ?? []).some(
            ({ manager, operation }) => manager === fieldManager && operation === 'Apply',
          );
          if (this.#seen.has(stored.key) || !isOurs || !matchesLabels(selector, metadata.labels)) continue;
          found.push(refTo(served, metadata.namespace, metadata.name));
        }
      }
    }
    return found;
  }

  #unlistable(served: ServedResource, namespace: string): RehearsedChange {
    const { group, resource } = served.type;
    const attributes = {
      user: this.#user,
      verb: 'list',
      group,
      resource,
      subresource: '',
      namespace,
      name: '',
    };
    const message = `what is to be pruned cannot be found: ${refusalMessage(attributes)}`;
    const ref = refTo(served, namespace === '' ? undefined : namespace, '');
    return { operation: 'Error', ref, warnings: [], problems: [{ message }], isForbidden: true };
  }
}

function refTo({ type, version }: ServedResource, namespace: string | undefined, name: string): ObjectRef {
  const apiVersion = groupVersion(type.group, version.name);
  return { apiVersion, kind: type.kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

function stageOf(object: { readonly apiVersion?: unknown; readonly kind?: unknown }): number {
  if (object.kind === 'Namespace') return 0;
  const { group } = parseGroupVersion(textOf(object.apiVersion));
  return object.kind === 'CustomResourceDefinition' && group === 'apiextensions.k8s.io' ? 1 : 2;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A refusal as problems, one for each field it names; anything else is a fault of ours and goes on. */
function problemsOf(error: unknown): { problems: ChangeProblem[]; isForbidden?: boolean } {
  if (!(error instanceof StatusError) || error.code >= 500) throw error;
  const named = (error.details?.causes ?? []).filter(({ field }) => field !== undefined && field !== '');
  const problems = named.map(({ field = '', message }) => ({ field, message }));
  return {
    problems: problems.length > 0 ? problems : [{ message: error.message }],
    ...(error.code === 403 ? { isForbidden: true } : {}),
  };
}
