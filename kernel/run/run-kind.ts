import type { Static } from 'typebox';
import { parseStored } from '../api/versions.ts';
import { conditionSchema } from '../model/condition-schema.ts';
import { anyObject, defineKind, enumOf, type KindDefinition, listMapOf } from '../model/define-kind.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { Column, Strategy } from '../model/resource-type.ts';
import { Type } from '../model/type-builders.ts';
import type { StoredObject } from '../store/port.ts';

/** Where a run stands. The last three are final; Refused goes on by itself once its cause is gone. */
export const runPhases = [
  'Pending',
  'Running',
  'Waiting',
  'Paused',
  'Compensating',
  'Refused',
  'Succeeded',
  'Failed',
  'Canceled',
] as const;
export type RunPhase = (typeof runPhases)[number];

const finalPhases: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Canceled']);

const user = Type.Object({
  username: Type.String({ description: 'Name of the user.' }),
  groups: Type.Optional(
    Type.Array(Type.String(), { description: 'Groups of the user at the time of the request.' }),
  ),
});

const decision = Type.Object({
  step: Type.String({ description: 'Name of the step that was interrupted.' }),
  attempt: Type.Optional(
    Type.Integer({
      minimum: 1,
      description:
        'The attempt that was interrupted, as the status shows it; 1 when absent. No other one is meant.',
    }),
  ),
  outcome: enumOf(['Done', 'NotDone', 'Fail'], {
    description:
      'Done: its effect happened, go on with `result`. NotDone: it did not, carry it out again. Fail: let the step fail.',
  }),
  result: Type.Optional(anyObject({ description: 'What the step answers with when it is done.' })),
});

const spec = Type.Object(
  {
    definition: Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'Name of the definition, such as `infra.apply`: the code that is carried out.',
    }),
    input: Type.Optional(anyObject({ description: 'What the definition is given; its schema checks it.' })),
    priority: Type.Optional(
      Type.Integer({
        minimum: -1000,
        maximum: 1000,
        description: 'Runs of a higher priority start first; 0 when absent.',
      }),
    ),
    timeoutSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Seconds after its start at which the run fails and takes back what it did.',
      }),
    ),
    cancel: Type.Optional(
      Type.Boolean({ description: 'Ends the run and takes back what it did. Cannot be taken back itself.' }),
    ),
    pause: Type.Optional(
      Type.Boolean({ description: 'Starts no further step while true; a step under way ends.' }),
    ),
    ttlSecondsAfterFinished: Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          'Seconds after which a finished run is deleted; absent: when there are too many newer ones.',
      }),
    ),
    decisions: Type.Optional(
      listMapOf(decision, ['step'], {
        description:
          'What a person found out about steps that were interrupted and must not be repeated blindly.',
      }),
    ),
    requestedBy: Type.Optional(
      Type.Unsafe<Static<typeof user>>({
        ...user,
        description:
          'Who asked for the run; the server fills it in. They cannot approve its steps themselves.',
      }),
    ),
  },
  {
    description:
      'What to carry out. Only cancel, pause, priority, ttlSecondsAfterFinished and decisions can change.',
  },
);

const step = Type.Object({
  name: Type.String(),
  type: Type.String({ description: 'step, sleep, approval, waitFor, exec, child or compensation.' }),
  state: Type.String({ description: 'Running, Waiting, Retrying, Done, Failed or Uncertain.' }),
  attempt: Type.Optional(Type.Integer({ description: 'Attempts so far.' })),
  startedAt: Type.Optional(Type.String()),
  finishedAt: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
});

const waiting = Type.Object({
  step: Type.String({ description: 'The operation that waits.' }),
  for: Type.String({ description: 'Time, Retry, Approval, Object, Run or Resume.' }),
  until: Type.Optional(Type.String({ description: 'When it ends to wait at the latest.' })),
  message: Type.String({ description: 'What it waits for, for people.' }),
  digest: Type.Optional(Type.String({ description: 'What an Approval has to name.' })),
  groups: Type.Optional(Type.Array(Type.String(), { description: 'Groups that are asked to approve.' })),
  count: Type.Optional(Type.Integer({ description: 'Approvals needed.' })),
  have: Type.Optional(Type.Integer({ description: 'Approvals given.' })),
  command: Type.Optional(Type.String({ description: 'The command that approves.' })),
});

const status = Type.Object(
  {
    phase: enumOf(runPhases, { description: 'Where the run stands.' }),
    definitionVersion: Type.Optional(
      Type.Integer({ description: 'Version of the definition that the run began with.' }),
    ),
    startedAt: Type.Optional(Type.String({ description: 'When the first operation began.' })),
    finishedAt: Type.Optional(Type.String({ description: 'When the run ended.' })),
    attempt: Type.Optional(
      Type.Integer({ description: 'How many processes have worked on the run, one after the other.' }),
    ),
    waitingFor: Type.Optional(Type.Array(waiting, { description: 'What the run waits for.' })),
    steps: Type.Optional(Type.Array(step, { description: 'The operations, the newest last.' })),
    stepsBefore: Type.Optional(Type.Integer({ description: 'Earlier operations that are not listed.' })),
    output: Type.Optional(Type.Unsafe<unknown>({ 'x-kubernetes-preserve-unknown-fields': true })),
    error: Type.Optional(
      Type.Object(
        {
          code: Type.String({ description: 'What happened, for programs.' }),
          message: Type.String({ description: 'What happened, for people.' }),
          step: Type.Optional(Type.String({ description: 'The operation that failed.' })),
        },
        { description: 'Why the run failed or was refused.' },
      ),
    ),
    conditions: Type.Optional(
      listMapOf(conditionSchema, ['type'], { description: 'Complete, DefinitionFound.' }),
    ),
  },
  { description: 'How far the run is.' },
);

export type RunSpec = Static<typeof spec>;
export type RunStatus = Static<typeof status>;
export type RunStepStatus = Static<typeof step>;
export type RunWaiting = Static<typeof waiting>;
export type RunDecision = Static<typeof decision>;
/** A run of a definition, durable: it survives every crash and goes on where it was. */
export type Run = KubeObject & { spec: RunSpec; status?: RunStatus };

/** The kind as an id for clients. */
export const runs = { group: 'plinth.dev', resource: 'runs' } as const;
/** `apiVersion` of Run and RunSchedule. */
export const runApiVersion = 'plinth.dev/v1alpha1';

/** Whether an object that was read as a Run has a spec; the API has checked what is in it. */
export function isRun(object: KubeObject): object is Run {
  return isObject(object['spec']) && typeof object['spec']['definition'] === 'string';
}

/** Whether a run has ended for good. */
export function isFinished(run: Run): boolean {
  return finalPhases.has(run.status?.phase ?? 'Pending');
}

/** Orders runs by when they were requested. */
function byAge({ metadata: a }: Run, { metadata: b }: Run): number {
  if (a.creationTimestamp !== b.creationTimestamp) return a.creationTimestamp < b.creationTimestamp ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

const columns: readonly Column[] = [
  {
    name: 'Definition',
    type: 'string',
    description: 'What is carried out.',
    cell: '.spec.definition',
  },
  {
    name: 'Phase',
    type: 'string',
    description: 'Where the run stands.',
    cell: (object) => phaseText(object),
  },
  {
    name: 'Step',
    type: 'string',
    description: 'The operation that is under way, waits or failed.',
    cell: (object) => stepText(object),
  },
  { name: 'Started', type: 'date', description: 'When it began.', cell: '.status.startedAt' },
  {
    name: 'Age',
    type: 'date',
    description: 'When it was requested.',
    cell: '.metadata.creationTimestamp',
  },
  {
    name: 'Message',
    type: 'string',
    description: 'What it waits for or failed with.',
    priority: 1,
    cell: (object) => messageText(object),
  },
];

/** Run; `strategy` holds the rules that need the definitions. */
export function runKind(strategy: Strategy): KindDefinition {
  return defineKind({
    group: runs.group,
    version: 'v1alpha1',
    kind: 'Run',
    plural: runs.resource,
    scope: 'Namespaced',
    categories: ['plinth'],
    description:
      'Run carries a definition out, step by step. What each step led to is journaled before the next one starts, so ' +
      'that after a crash the run goes on where it was. It can wait for approvals, times and other objects for months.',
    fields: { spec, status: Type.Optional(status) },
    columns: [
      {
        name: 'Name',
        type: 'string',
        format: 'name',
        description: 'Name of the run.',
        cell: '.metadata.name',
      },
      ...columns,
    ],
    ownColumns: true,
    selectableFields: ['spec.definition', 'status.phase'],
    strategy,
  });
}

function phaseText(object: KubeObject): string {
  return isRun(object) ? (object.status?.phase ?? 'Pending') : '';
}

function stepText(object: KubeObject): string {
  if (!isRun(object) || !object.status) return '';
  const { waitingFor, steps, error } = object.status;
  const failed = error?.step;
  if (failed !== undefined) return failed;
  const waits = waitingFor?.[0]?.step;
  if (waits !== undefined) return waits;
  return steps?.findLast(({ state }) => state === 'Running')?.name ?? '';
}

function messageText(object: KubeObject): string {
  if (!isRun(object) || !object.status) return '';
  const { waitingFor, error } = object.status;
  return error?.message ?? waitingFor?.[0]?.message ?? '';
}

/** The runs of a bucket: what was requested first goes first, also after a restart. */
export function oldestFirst(stored: readonly StoredObject[]): { key: string; run: Run }[] {
  const all: { key: string; run: Run }[] = [];
  for (const one of stored) {
    const run = parseStored(one);
    if (isRun(run)) all.push({ key: one.key, run });
  }
  return all.sort((a, b) => byAge(a.run, b.run));
}
