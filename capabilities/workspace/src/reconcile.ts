/**
 * Joins reading, planning and applying of one workspace:
 *
 *   read the source -> plan -> record new objects in the inventory -> apply definitions -> plan again with the kinds
 *   that are served now -> record -> apply the rest and prune -> write the status
 *
 * What is about to be applied is in the inventory before, so that a process which dies never leaves an object behind
 * that pruning does not know.
 */

import type { SourceSnapshot } from '@plinth/kernel';
import {
  type Client,
  type DriftReporter,
  type EventRecorder,
  equalJson,
  formatTime,
  isConflict,
  type JsonObject,
  type KubeObject,
  type ObjectName,
  type ReconcileContext,
  type Result,
  SourceError,
  StatusError,
  settleGone,
} from '@plinth/kernel';
import { applyStep, digestOf, nameOf, type Outcome } from './apply.ts';
import { type DesiredObject, definedBy, keyOf, readDeclared } from './desired.ts';
import { parseDuration } from './duration.ts';
import { conditionTrue } from './health.ts';
import { type InventoryEntry, isWorkspace, type Problem, type Workspace, workspaces } from './kinds.ts';
import { limits } from './limits.ts';
import { WorkspaceMemory } from './memory.ts';
import { type Observed, planRemoval, planWorkspace, type WorkspaceStep, withOwner } from './plan.ts';
import { type Findings, sameStatus, statusOf } from './status.ts';
import type { Triggers } from './triggers.ts';
import type { WorkspaceErrorCode } from './workspace-error.ts';

/** Holds a workspace until what it applied is deleted. */
const workspaceFinalizer = 'plinth.dev/workspace';

/** How often a status is written again because the specification changed meanwhile. */
const statusRetries = 3;

/** What a reconcile needs beside its context. */
export interface WorkspaceParts {
  readonly triggers: Triggers;
  clientAs(fieldManager: string): Client;
  readonly drift: DriftReporter;
  /** @throws SourceError */
  readSource(workspace: Workspace, signal: AbortSignal): Promise<SourceSnapshot>;
}

/** The reconciler of workspaces. */
export class WorkspaceReconciler {
  readonly #parts: WorkspaceParts;
  /** By uid: a workspace that is made anew starts without memories. */
  readonly #memories = new Map<string, WorkspaceMemory>();

  constructor(parts: WorkspaceParts) {
    this.#parts = parts;
  }

  async reconcile({ name }: ObjectName, context: ReconcileContext): Promise<Result | void> {
    const workspace = context.client.get(workspaces, { name });
    if (!workspace || !isWorkspace(workspace)) {
      this.#parts.triggers.forget(name);
      return;
    }
    const { uid } = workspace.metadata;
    const memory = this.#memories.get(uid) ?? new WorkspaceMemory();
    this.#memories.set(uid, memory);
    const run = new Run(workspace, memory, this.#parts, context);
    if (workspace.metadata.deletionTimestamp === undefined) return await run.reconcile();
    const result = await run.remove();
    if (!context.client.get(workspaces, { name })) this.#memories.delete(uid);
    return result;
  }
}

/** One reconcile of one workspace. */
class Run {
  #workspace: Workspace;
  readonly #memory: WorkspaceMemory;
  readonly #parts: WorkspaceParts;
  readonly #context: ReconcileContext;
  /** Kinds whose definitions this reconcile has changed. */
  readonly #changing = new Set<string>();

  constructor(
    workspace: Workspace,
    memory: WorkspaceMemory,
    parts: WorkspaceParts,
    context: ReconcileContext,
  ) {
    this.#workspace = workspace;
    this.#memory = memory;
    this.#parts = parts;
    this.#context = context;
  }

  async reconcile(): Promise<Result | void> {
    const { spec } = this.#workspace;
    const entries = this.#workspace.status?.inventory ?? [];
    if (spec.suspend) {
      const pause = { reason: 'Suspended', message: 'spec.suspend is true: nothing is applied or pruned' };
      await this.#report({
        revision: undefined,
        entries,
        problems: [],
        sourceError: undefined,
        pause,
        wrote: false,
      });
      this.#parts.triggers.forget(this.#workspace.metadata.name);
      return;
    }
    await this.#holdBack();
    const snapshot = await this.#read();
    if (snapshot instanceof SourceError) {
      await this.#report({ revision: undefined, entries, problems: [], sourceError: snapshot, wrote: false });
      return this.#again(entries, true);
    }
    try {
      return await this.#applySource(snapshot);
    } catch (error) {
      if (!(error instanceof StatusError) || error.code !== 403) throw error;
      // What the controller may not even look at, it can neither apply nor prune: nothing is left half known.
      const sourceError = new SourceError(
        'Forbidden' satisfies WorkspaceErrorCode,
        error.message,
        'give the identity of the controller this right',
      );
      await this.#report({ revision: undefined, entries, problems: [], sourceError, wrote: false });
      return this.#again(entries, true);
    }
  }

  /** Deletes what the workspace applied, then lets the workspace go. */
  async remove(): Promise<Result | void> {
    const { metadata, spec, status } = this.#workspace;
    const { triggers } = this.#parts;
    if (!metadata.finalizers?.includes(workspaceFinalizer)) {
      triggers.forget(metadata.name);
      return;
    }
    const inventory = spec.prune ? (status?.inventory ?? []) : [];
    const observed = this.#observe([], inventory);
    const steps = planRemoval({ workspace: metadata.name, inventory, observed, prune: true });
    const outcomes = await this.#apply(steps);
    const left = outcomes.flatMap(({ entry }) => (entry && entry.status !== 'retained' ? [entry] : []));
    if (left.length > 0) {
      const pause = {
        reason: 'Deleting',
        message: `waits for ${left.length} objects that are being deleted`,
      };
      await this.#report({
        revision: undefined,
        entries: left,
        problems: [],
        sourceError: undefined,
        pause,
        wrote: false,
      });
      triggers.track(metadata.name, left, undefined);
      return this.#again(left, false);
    }
    triggers.forget(metadata.name);
    const finalizers = metadata.finalizers.filter((finalizer) => finalizer !== workspaceFinalizer);
    await settleGone(() => this.#patch({ metadata: { finalizers } }));
  }

  async #applySource(snapshot: SourceSnapshot): Promise<Result | void> {
    const { client } = this.#context;
    const declared = readDeclared(
      snapshot.files,
      (apiVersion, kind) => client.resourceFor(apiVersion, kind)?.namespaced,
    );
    const { objects } = declared;
    const known = this.#workspace.status?.inventory ?? [];
    const empty =
      objects.length === 0 &&
      declared.problems.length === 0 &&
      known.length > 0 &&
      this.#workspace.spec.prune;
    const complete = declared.problems.length === 0 && !empty;

    const definitions = this.#plan(objects, snapshot.revision, complete).filter(isDefinition);
    await this.#record(definitions);
    const outcomes = await this.#apply(definitions);
    this.#noteChanges(definitions, outcomes);

    const rest = this.#plan(objects, snapshot.revision, complete).filter((step) => !isDefinition(step));
    await this.#record(rest);
    outcomes.push(...(await this.#apply(rest)));
    if (this.#context.signal.aborted) return;

    const entries = outcomes.flatMap(({ entry }) => entry ?? []);
    const problems: Problem[] = [...declared.problems, ...outcomes.flatMap(({ problem }) => problem ?? [])];
    const wrote = outcomes.some((outcome) => outcome.wrote);
    const refusal = empty
      ? 'the source holds no objects at all: refusing to delete everything; delete the workspace if that is meant'
      : undefined;
    const { revision } = snapshot;
    await this.#report({
      revision,
      entries,
      problems,
      sourceError: undefined,
      wrote,
      ...(refusal ? { refusal } : {}),
    });
    this.#memory.keepOnly(new Set(entries.map(keyOf)));
    return this.#again(
      entries,
      outcomes.some(({ retry }) => retry === true),
      heldBackMs(outcomes),
    );
  }

  async #read(): Promise<SourceSnapshot | SourceError> {
    try {
      return await this.#parts.readSource(this.#workspace, this.#context.signal);
    } catch (error) {
      if (error instanceof SourceError) return error;
      throw error;
    }
  }

  /** Makes sure that the workspace cannot go before what it applied. */
  async #holdBack(): Promise<void> {
    const { metadata, spec } = this.#workspace;
    const finalizers = metadata.finalizers ?? [];
    if (!spec.prune || finalizers.includes(workspaceFinalizer)) return;
    await this.#patch({ metadata: { finalizers: [...finalizers, workspaceFinalizer] } });
  }

  #plan(desired: readonly DesiredObject[], revision: string, complete: boolean): WorkspaceStep[] {
    const { metadata, spec, status } = this.#workspace;
    const inventory = status?.inventory ?? [];
    return planWorkspace({
      workspace: metadata.name,
      desired,
      inventory,
      observed: this.#observe(desired, inventory),
      drift: spec.drift,
      prune: spec.prune,
      complete,
      sameRevision: status?.revision === revision,
    });
  }

  #observe(desired: readonly DesiredObject[], inventory: readonly InventoryEntry[]): Map<string, Observed> {
    const { client } = this.#context;
    const unready = this.#unreadyKinds(desired);
    const observed = new Map<string, Observed>();
    for (const object of [...inventory, ...desired]) {
      const type = client.resourceFor(object.apiVersion, object.kind);
      const live = type && client.get({ group: type.group, resource: type.resource }, nameOf(object));
      const served = type !== undefined && !unready.has(`${type.group}/${type.kind}`);
      const key = keyOf(object);
      const settled =
        live !== undefined &&
        'object' in object &&
        this.#memory.isSettled(key, this.#digest(object), live.metadata.resourceVersion);
      observed.set(key, { served, live, settled });
    }
    return observed;
  }

  #digest(desired: DesiredObject): string {
    const { metadata, spec } = this.#workspace;
    return digestOf([spec.fieldManager, withOwner(desired.object, metadata.name)]);
  }

  /** Kinds whose definitions are in this source and are not, or no longer, what is served. */
  #unreadyKinds(desired: readonly DesiredObject[]): Set<string> {
    const unready = new Set(this.#changing);
    for (const object of desired) {
      const defined = object.stage === 'definition' ? definedBy(object.object) : undefined;
      if (!defined) continue;
      const definition = this.#context.client.get(
        { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
        { name: object.name },
      );
      if (!definition || !conditionTrue(definition, 'Established'))
        unready.add(`${defined.group}/${defined.kind}`);
    }
    return unready;
  }

  #noteChanges(steps: readonly WorkspaceStep[], outcomes: readonly Outcome[]): void {
    for (const [i, step] of steps.entries()) {
      if (!outcomes[i]?.wrote || !('desired' in step)) continue;
      const defined = definedBy(step.desired.object);
      if (defined) this.#changing.add(`${defined.group}/${defined.kind}`);
    }
  }

  /** Puts objects that are about to be made into the inventory, without a uid: they have none yet. */
  async #record(steps: readonly WorkspaceStep[]): Promise<void> {
    const inventory = new Map(
      (this.#workspace.status?.inventory ?? []).map((entry) => [keyOf(entry), entry]),
    );
    let changed = false;
    for (const step of steps) {
      if (step.action !== 'apply' || step.mode === 'report' || step.mode === 'propose') continue;
      const known = inventory.get(step.desired.key);
      if (known && known.uid === step.entry.uid) continue;
      inventory.set(step.desired.key, step.entry);
      changed = true;
    }
    if (!changed) return;
    await this.#patch(
      { status: { inventory: [...inventory.values()] as unknown as JsonObject[] } },
      'status',
    );
  }

  async #apply(steps: readonly WorkspaceStep[]): Promise<Outcome[]> {
    const client = this.#parts.clientAs(this.#workspace.spec.fieldManager);
    const { fieldManager } = this.#workspace.spec;
    const { drift } = this.#parts;
    const memory = {
      remember: (key: string, object: JsonObject, version: string) =>
        this.#memory.remember(key, digestOf([fieldManager, object]), version),
    };
    const outcomes: Outcome[] = [];
    for (const step of steps) {
      if (this.#context.signal.aborted) break;
      const outcome = await applyStep(step, { client, memory, drift, workspace: this.#workspace });
      tell(this.#context.recorder, this.#workspace, step, outcome);
      outcomes.push(outcome);
    }
    return outcomes;
  }

  async #report(findings: Findings): Promise<void> {
    const status = statusOf(this.#workspace, findings, formatTime(this.#context.clock.now()));
    const { directory } = this.#workspace.spec.source;
    this.#parts.triggers.track(this.#workspace.metadata.name, findings.entries, directory?.path);
    if (!sameStatus(this.#workspace.status, status)) {
      await this.#patch({ status }, 'status');
    }
  }

  /**
   * Writes the workspace, fenced by the state that this reconcile knows. A change of the specification meanwhile leaves
   * the status as it was, so that what was seen can still be told; the next reconcile sees to the rest.
   */
  async #patch(patch: JsonObject & { metadata?: JsonObject }, subresource?: string): Promise<void> {
    const { client } = this.#context;
    const { name, uid, generation } = this.#workspace.metadata;
    for (let attempt = 0; ; attempt++) {
      const { resourceVersion } = this.#workspace.metadata;
      const fenced = { ...patch, metadata: { ...patch.metadata, uid, resourceVersion } };
      try {
        this.#learn(await client.patch(workspaces, { name }, fenced, subresource), generation);
        return;
      } catch (error) {
        const moved = isConflict(error) && subresource === 'status';
        const live = moved && attempt < statusRetries ? client.get(workspaces, { name }) : undefined;
        if (live?.metadata.uid !== uid || !equalJson(live['status'], this.#workspace.status)) throw error;
        this.#learn(live, generation);
      }
    }
  }

  /** Takes in a newer state; specification and generation stay those that this reconcile works for. */
  #learn(state: KubeObject, generation: number | undefined): void {
    if (!isWorkspace(state)) return;
    const metadata = { ...state.metadata, ...(generation === undefined ? {} : { generation }) };
    this.#workspace = { ...state, metadata, spec: this.#workspace.spec };
  }

  /** When to look again, beside all that is noticed. */
  #again(entries: readonly InventoryEntry[], failed: boolean, heldBackMs = Number.POSITIVE_INFINITY): Result {
    const intervalMs = Math.max(parseDuration(this.#workspace.spec.interval) ?? 60_000, limits.retryMinMs);
    const open = entries.some(
      ({ status }) => status === 'failed' || status === 'waiting' || status === 'pruning',
    );
    if (this.#changing.size > 0) return { requeueAfterMs: limits.definitionMs };
    if (!open && !failed) {
      this.#memory.failures = 0;
      return { requeueAfterMs: Math.min(intervalMs, heldBackMs) };
    }
    const delayMs = limits.retryMinMs * 2 ** Math.min(this.#memory.failures++, 20);
    return { requeueAfterMs: Math.min(delayMs, intervalMs, heldBackMs) };
  }
}

/** Milliseconds until the first correction may happen that is held back; undefined when none is. */
function heldBackMs(outcomes: readonly Outcome[]): number | undefined {
  const waits = outcomes.flatMap(({ againAfterMs }) => againAfterMs ?? []);
  return waits.length === 0 ? undefined : Math.max(Math.min(...waits), limits.driftDelayMs);
}

function isDefinition(step: WorkspaceStep): boolean {
  return 'desired' in step && step.desired.stage === 'definition';
}

/** Records what somebody who looks at the workspace wants to know happened. */
function tell(recorder: EventRecorder, workspace: Workspace, step: WorkspaceStep, outcome: Outcome): void {
  const { entry } = step;
  const what = `${entry.kind} ${entry.namespace === undefined ? '' : `${entry.namespace}/`}${entry.name}`;
  const record = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    recorder.record({ object: workspace, type, reason, message });
  if (step.action === 'prune' && !step.deleting && outcome.wrote)
    record('Normal', 'Pruned', `${what} left the source and was deleted`);
  if (outcome.entry?.status === 'corrected' && outcome.wrote) {
    record('Normal', 'DriftCorrected', `${what} was changed or deleted by others and put right`);
  }
  if (outcome.problem) {
    const { file, line, column, message } = outcome.problem;
    record('Warning', 'ApplyFailed', `${file}:${line}:${column}: ${message}`);
  }
}
