import {
  type Client,
  type Condition,
  draft,
  durationMs,
  equalJson,
  formatTime,
  isAlreadyThere,
  isConflict,
  type JsonObject,
  type ObjectName,
  type ReconcileContext,
  type Result,
  SourceError,
  setCondition,
  settleGone,
} from '@plinth/kernel';
import {
  type CatalogEntity,
  catalogEntities,
  catalogEntityKind,
  isCatalogEntity,
} from '../catalog-entity-kind.ts';
import type { CatalogErrorCode } from '../catalog-error.ts';
import {
  type CatalogLocation,
  type CatalogLocationStatus,
  catalogLocationKind,
  catalogLocations,
  isCatalogLocation,
  type LocationProblem,
} from '../catalog-location-kind.ts';
import { limits } from '../limits.ts';
import type { KnownReading, LocationReader, LocationReading } from './location-reader.ts';
import { type EntityStep, type LocationPlan, planLocation } from './plan.ts';
import type { LocationTriggers } from './triggers.ts';

/** What one process remembers of a location. Losing it costs work, never correctness. */
interface Memory {
  readonly generation: number | undefined;
  readonly known: KnownReading;
  /** Whether others hold what it declares. */
  readonly isContested: boolean;
  /** Versions of the objects of its entities, by their names, when they were as declared. */
  readonly versions: ReadonlyMap<string, string | undefined>;
}

/** What a look at a location came to. */
type Findings =
  | { readonly error: SourceError }
  | {
      readonly revision: string;
      readonly entities: number;
      readonly problems: readonly LocationProblem[];
      /** Why nothing was written. */
      readonly refusal?: string;
    };

/** Keeps the entities of locations as their sources declare them. */
export class LocationReconciler {
  readonly #reader: LocationReader;
  readonly #triggers: LocationTriggers;
  readonly #memories = new Map<string, Memory>();
  readonly #failures = new Map<string, number>();

  constructor(reader: LocationReader, triggers: LocationTriggers) {
    this.#reader = reader;
    this.#triggers = triggers;
  }

  async reconcile(at: ObjectName, context: ReconcileContext): Promise<Result | void> {
    const location = context.client.get(catalogLocations, at);
    // Its entities name it as their owner: they are collected with it.
    if (!isCatalogLocation(location) || location.metadata.deletionTimestamp !== undefined) {
      this.#triggers.forget(at);
      return;
    }
    const { spec, metadata } = location;
    this.#triggers.track(at, spec.source.directory?.path);
    const memory = this.#memories.get(metadata.uid);
    const known = memory?.generation === metadata.generation ? memory?.known : undefined;
    const intervalMs = durationMs(spec.interval) ?? 60_000;
    try {
      const read = await this.#reader.read(spec, known, context.signal);
      await this.#keep(location, read, memory, context);
      this.#failures.delete(metadata.uid);
      return { requeueAfterMs: intervalMs };
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      await report(location, { error }, context);
      const failures = this.#failures.get(metadata.uid) ?? 0;
      this.#failures.set(metadata.uid, failures + 1);
      return { requeueAfterMs: Math.min(limits.retryMinMs * 2 ** Math.min(failures, 20), intervalMs) };
    }
  }

  async #keep(
    location: CatalogLocation,
    read: LocationReading,
    memory: Memory | undefined,
    context: ReconcileContext,
  ): Promise<void> {
    const { namespace = '', name, uid, generation } = location.metadata;
    const live = entitiesOf(context.client, namespace);
    if (!read.reading) {
      if (memory && !memory.isContested && isSettled(memory, live, name)) return;
      // Somebody else wrote an entity, or may have taken one away that was in the way.
      this.#memories.delete(uid);
      const again = await this.#reader.read(location.spec, undefined, context.signal);
      return await this.#keep(location, again, undefined, context);
    }
    const plan = planLocation(name, read.reading, live);
    const { revision, wanted } = read;
    const problems = [...read.reading.problems, ...plan.conflicts];
    const isContested = plan.conflicts.length > 0;
    this.#triggers.contest({ namespace, name }, isContested);
    if (isEmptied(plan)) {
      const refusal =
        'the source holds no entities at all: refusing to delete everything; delete the CatalogLocation if that is meant';
      const entities = plan.steps.length;
      return await report(location, { revision, entities, problems, refusal }, context);
    }
    const isWhole = await writeAll(context.client, location, plan.steps, context.signal);
    // What others have changed brings the location here again.
    if (!isWhole || context.signal.aborted) return;
    const versions = new Map(
      [...entitiesOf(context.client, namespace).values()]
        .filter(({ spec }) => spec.source?.location === name)
        .map(({ metadata }) => [metadata.name, metadata.resourceVersion]),
    );
    this.#memories.set(uid, { generation, known: { revision, wanted }, isContested, versions });
    await report(location, { revision, entities: plan.entities, problems }, context);
  }
}

function entitiesOf(client: Client, namespace: string): Map<string, CatalogEntity> {
  const all = client.list(catalogEntities, { namespace });
  return new Map(all.filter(isCatalogEntity).map((entity) => [entity.metadata.name, entity]));
}

/** Whether the entities of a location are those that this process left, unchanged. */
function isSettled(
  { versions }: Memory,
  live: ReadonlyMap<string, CatalogEntity>,
  location: string,
): boolean {
  let own = 0;
  for (const { metadata, spec } of live.values()) {
    if (spec.source?.location !== location) continue;
    if (versions.get(metadata.name) !== metadata.resourceVersion) return false;
    own++;
  }
  return own === versions.size;
}

/** A directory that is not mounted looks like this. */
function isEmptied({ steps, entities }: LocationPlan): boolean {
  return entities === 0 && steps.length > 0 && steps.every(({ action }) => action === 'delete');
}

/** Carries out the steps, several at a time: the store commits them in groups. False when others were faster with one. */
async function writeAll(
  client: Client,
  location: CatalogLocation,
  steps: readonly EntityStep[],
  signal: AbortSignal,
): Promise<boolean> {
  let raced = 0;
  const queue = steps[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const step of queue) {
      if (signal.aborted) return;
      if (!(await isWritten(client, location, step))) raced++;
    }
  };
  await Promise.all(Array.from({ length: limits.writes }, work));
  return raced === 0;
}

/** Writes one entity; false when somebody else wrote it at the same time. */
async function isWritten(client: Client, location: CatalogLocation, step: EntityStep): Promise<boolean> {
  try {
    await write(client, location, step);
    return true;
  } catch (error) {
    if (isConflict(error) || isAlreadyThere(error)) return false;
    throw error;
  }
}

async function write(client: Client, { metadata }: CatalogLocation, step: EntityStep): Promise<void> {
  const namespace = metadata.namespace ?? '';
  if (step.action === 'delete') {
    const { name, uid } = step.live.metadata;
    await settleGone(() => client.delete(catalogEntities, { namespace, name }, { uid }));
    return;
  }
  const { group, version, kind } = catalogEntityKind;
  if (step.action === 'update') {
    const { status: _status, ...live } = step.live;
    await client.update(catalogEntities, { ...live, ...step.fields });
    return;
  }
  const owner = {
    apiVersion: `${catalogLocationKind.group}/${catalogLocationKind.version}`,
    kind: catalogLocationKind.kind,
    name: metadata.name,
    uid: metadata.uid,
  };
  const meta = { namespace, name: step.name, ownerReferences: [owner] };
  await client.create(catalogEntities, draft(`${group}/${version}`, kind, meta, { ...step.fields }));
}

/** Writes what was found to the status, unless it says that already. */
async function report(
  { metadata, status }: CatalogLocation,
  findings: Findings,
  { client, clock }: ReconcileContext,
): Promise<void> {
  const condition = readyOf(findings);
  const next: CatalogLocationStatus = {
    ...status,
    ...('error' in findings ? {} : shownOf(findings)),
    observedGeneration: metadata.generation ?? 0,
    conditions: setCondition(status?.conditions, condition, formatTime(clock.now())),
  };
  if (equalJson(status, next)) return;
  const { namespace = '', name, uid } = metadata;
  const patch = { metadata: { uid }, status: next as unknown as JsonObject };
  try {
    await settleGone(() => client.patch(catalogLocations, { namespace, name }, patch, 'status'));
  } catch (error) {
    // Another location has its name by now, which is looked at by itself.
    if (!isConflict(error)) throw error;
  }
}

function shownOf({ revision, entities, problems }: Exclude<Findings, { readonly error: SourceError }>) {
  return { revision, entities, problems: problems.slice(0, limits.problems) };
}

function readyOf(findings: Findings): Omit<Condition, 'lastTransitionTime'> {
  const type = 'Ready';
  if ('error' in findings) {
    const { code, message, hint } = findings.error;
    return { type, status: 'False', reason: code, message: `${message}: ${hint}` };
  }
  const { problems, entities, refusal } = findings;
  if (refusal !== undefined)
    return { type, status: 'False', reason: 'SourceEmpty' satisfies CatalogErrorCode, message: refusal };
  const [first] = problems;
  if (!first) return { type, status: 'True', reason: 'Synced', message: `${entities} entities` };
  const more = problems.length > 1 ? `, and ${problems.length - 1} more problems` : '';
  const at = first.line === undefined ? first.path : `${first.path}:${first.line}`;
  const message = `${at}: ${first.message}${more}`;
  return { type, status: 'False', reason: 'EntitiesRefused' satisfies CatalogErrorCode, message };
}
