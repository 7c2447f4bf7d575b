import { type Controller, defineController } from '../control/controller.ts';
import { draft } from '../control/draft.ts';
import { settleGone } from '../control/plan-apply.ts';
import type { Client, ObjectName } from '../model/client.ts';
import { equalJson } from '../model/json.ts';
import type { JsonObject, KubeObject } from '../model/object.ts';
import { StatusError } from '../model/status-error.ts';
import { formatTime } from '../ports/clock.ts';
import { timerMsMax } from './limits.ts';
import { isRun, type Run, runApiVersion, runs } from './run-kind.ts';
import { isRunSchedule, type RunSchedule, runSchedules } from './schedule-kind.ts';
import { planSchedule, scheduledAt } from './schedule-plan.ts';

/** Label of the runs of a schedule, with its uid. */
const scheduleLabel = 'plinth.dev/schedule-uid';

/** Starts the runs of schedules when they are due. */
export function scheduleController(): Controller {
  let started: StartedRuns | undefined;
  return defineController({
    name: 'run-schedule',
    resource: runSchedules,
    sources: [
      ({ client }, enqueue) => {
        started = new StartedRuns(client, enqueue);
        return () => started?.stop();
      },
    ],
    async reconcile(name, { client, clock }) {
      const schedule = client.get(runSchedules, name);
      if (!schedule || !isRunSchedule(schedule) || schedule.metadata.deletionTimestamp !== undefined)
        return {};
      // Without the runs that are there, one that is under way would look as if it had ended.
      if (!started?.synced) return { requeueAfterMs: readingMs };
      const nowMs = clock.now();
      const plan = planSchedule(schedule, started.of(schedule.metadata.uid), nowMs);
      for (const run of plan.cancel) {
        await settleGone(() => client.patch(runs, { ...name, name: run }, { spec: { cancel: true } }));
      }
      for (const { name: run, atMs } of plan.start) await start(client, schedule, run, atMs);
      // The runs are there before their instant counts as dealt with: a crash in between makes them again, by their names.
      if (!equalJson(plan.status, schedule.status)) {
        const status = replacing(plan.status, schedule.status);
        await client.patch(
          runSchedules,
          name,
          { metadata: { uid: schedule.metadata.uid }, status },
          'status',
        );
      }
      for (const run of plan.remove) await settleGone(() => client.delete(runs, { ...name, name: run }));
      if (plan.nextMs === undefined) return {};
      // A wall clock may be set, which a timer does not notice.
      return { requeueAfterMs: Math.min(timerMsMax, Math.max(0, plan.nextMs - nowMs)) };
    },
  });
}

/** How long a schedule waits until all runs have been read after a start, in milliseconds. */
const readingMs = 50;

/** The runs of schedules by the schedule's uid: among 10,000 runs of a namespace few are. */
class StartedRuns {
  readonly #bySchedule = new Map<string, Map<string, Run>>();
  readonly #stop: () => void;
  synced = false;

  constructor(client: Client, enqueue: (schedule: ObjectName) => void) {
    this.#stop = client.follow(
      runs,
      (change) => {
        if (!change.mentions(scheduleLabel)) return;
        const { type, object } = change;
        const uid = object.metadata.labels?.[scheduleLabel];
        if (uid === undefined || !isRun(object)) return;
        const started = this.#bySchedule.get(uid) ?? new Map<string, Run>();
        if (type === 'deleted') started.delete(object.metadata.name);
        else started.set(object.metadata.name, object);
        if (started.size > 0) this.#bySchedule.set(uid, started);
        else this.#bySchedule.delete(uid);
        for (const schedule of scheduleOf(object)) enqueue(schedule);
      },
      () => {
        this.synced = true;
      },
    );
  }

  of(scheduleUid: string): Run[] {
    return [...(this.#bySchedule.get(scheduleUid)?.values() ?? [])];
  }

  stop(): void {
    this.#stop();
  }
}

function scheduleOf({ metadata }: KubeObject): ObjectName[] {
  const owner = metadata.ownerReferences?.find(
    ({ kind, controller }) => kind === 'RunSchedule' && controller,
  );
  if (!owner) return [];
  return [
    { name: owner.name, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) },
  ];
}

async function start(client: Client, schedule: RunSchedule, name: string, atMs: number): Promise<void> {
  const { metadata, spec } = schedule;
  const run = draft(
    runApiVersion,
    'Run',
    {
      name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: { [scheduleLabel]: metadata.uid },
      annotations: { [scheduledAt]: formatTime(atMs) },
      ownerReferences: [
        {
          apiVersion: runApiVersion,
          kind: 'RunSchedule',
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
        },
      ],
    },
    { spec: { ...spec.template, ...(spec.requestedBy ? { requestedBy: spec.requestedBy } : {}) } },
  );
  try {
    await client.create(runs, run);
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
  }
}

/** A merge patch that makes `next` out of `before`. */
function replacing(next: object, before: object | undefined): JsonObject {
  const gone = Object.keys(before ?? {}).filter((field) => !(field in next));
  return { ...Object.fromEntries(gone.map((field) => [field, null])), ...next };
}
