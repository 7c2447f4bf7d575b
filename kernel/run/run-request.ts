import type { FieldError } from '@plinth/structural-schema';
import { keyOf } from '../api/keys.ts';
import type { Objects, ObjectWrite } from '../api/objects.ts';
import type { ServedResource } from '../api/registry.ts';
import type { WriteRequest } from '../api/write-request.ts';
import type { UserInfo } from '../auth/port.ts';
import type { OwnerReference } from '../model/object.ts';
import { invalid, notFound } from '../model/status-error.ts';
import { formatTime } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { RunDefinitions } from './run-definitions.ts';
import { type Run, type RunSpec, runApiVersion, runs } from './run-kind.ts';
import { runUser } from './run-user.ts';

/** A run to start. */
export interface RunRequest {
  /** Name of the definition. */
  readonly definition: string;
  readonly input?: Record<string, unknown>;
  /** Absent: made from the definition's name and random characters. */
  readonly name?: string;
  /** `default` when absent. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly priority?: number;
  readonly timeoutSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  /** Who cannot approve its steps; the kernel itself when absent. */
  readonly requestedBy?: UserInfo;
  readonly owner?: OwnerReference;
}

/** Starts runs, past the API: for code that starts many. */
export interface RunStarter {
  /**
   * Creates a run.
   * @returns the run once it is durable; it starts when it is its turn
   * @throws StatusError 404, 409 or 422 as the API would answer; 503 when the store cannot write
   */
  enqueue(request: RunRequest): Promise<Run>;
  /**
   * Creates many runs in one atomic commit.
   * @returns the runs in order once they are durable
   * @throws StatusError as `enqueue`; then none of them is there
   */
  enqueueMany(requests: readonly RunRequest[]): Promise<Run[]>;
}

/** What makes writes of new runs. */
export interface RunWriter {
  readonly served: ServedResource;
  readonly definitions: RunDefinitions;
  readonly random: Random;
}

/**
 * The write that creates a run: what the API would make of it, without what many of them cannot afford (managed
 * fields, which nobody has yet).
 *
 * @throws StatusError 404 for a namespace that does not exist, 422 for an unknown definition or an input that it refuses
 */
export function newRun(
  objects: Objects,
  request: RunRequest,
  { served, definitions, random }: RunWriter,
): { run: Run; write: ObjectWrite } {
  const { definition, namespace = 'default', input, owner, labels } = request;
  const name = request.name ?? `${definition.replaceAll('.', '-')}-${suffix(random)}`;
  if (!objects.store.get(keyOf(objects.tenant, { group: '', resource: 'namespaces' }, '', namespace))) {
    throw notFound({ group: '', resource: 'namespaces', name: namespace });
  }
  if (input) definitions.complete(definition, input);
  const errors: readonly FieldError[] = definitions.get(definition)
    ? definitions.inputErrors(definition, input ?? {})
    : [{ type: 'FieldValueNotFound', field: 'spec.definition', badValue: definition, detail: '' }];
  if (errors.length > 0) throw invalid(runs.group, 'Run', name, errors);
  const nowMs = objects.clock.now();
  const user = request.requestedBy ?? runUser;
  const run: Run = {
    apiVersion: runApiVersion,
    kind: 'Run',
    metadata: {
      name,
      namespace,
      uid: random.uuid(),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: formatTime(nowMs),
      ...(labels ? { labels: { ...labels } } : {}),
      ...(owner ? { ownerReferences: [owner] } : {}),
    },
    spec: specOf(request, user),
  };
  const value = (revision: number): string => {
    run.metadata.resourceVersion = String(revision);
    return JSON.stringify(run);
  };
  const key = objects.key(served, namespace, name);
  return {
    run,
    write: {
      request: writeRequest(served, namespace, name, user, nowMs),
      name,
      operation: { type: 'put', key, expect: 0, value },
    },
  };
}

/** Creates runs in one atomic commit. @throws StatusError as `newRun`, 409 for a name that is taken */
export async function createRuns(
  objects: Objects,
  requests: readonly RunRequest[],
  writer: RunWriter,
): Promise<Run[]> {
  const made = requests.map((request) => newRun(objects, request, writer));
  if (made.length > 0) await objects.commitAll(made.map(({ write }) => write));
  return made.map(({ run }) => run);
}

function specOf(request: RunRequest, { username, groups }: UserInfo): RunSpec {
  const { definition, input, priority, timeoutSeconds, ttlSecondsAfterFinished } = request;
  return {
    definition,
    ...(input ? { input } : {}),
    ...(priority === undefined ? {} : { priority }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished }),
    requestedBy: { username, groups: [...groups] },
  };
}

/** The write of a run by the engine. */
export function writeRequest(
  served: ServedResource,
  namespace: string,
  name: string,
  user: UserInfo,
  nowMs: number,
): WriteRequest {
  return {
    served,
    namespace,
    name,
    subresource: '',
    user,
    manager: 'plinth-runs',
    dryRun: false,
    fieldValidation: 'Strict',
    duplicates: [],
    nowMs,
    warn: () => undefined,
  };
}

// Ten characters of 32: among a million names two are the same with a probability of 4 in 10,000.
const alphabet = '0123456789bcdfghjklmnpqrstvwxyz4';

function suffix(random: Random): string {
  let text = '';
  for (const byte of random.bytes(10)) text += alphabet[byte & 31] ?? '0';
  return text;
}
