import { createHash } from 'node:crypto';
import { judgeApprovals } from '../approval/judge.ts';
import type { Json } from '../model/object.ts';
import { formatTime } from '../ports/clock.ts';
import type { ApprovalOptions, WaitOptions } from './define-run.ts';
import { type JournalEntry, plainObject } from './journal-entry.ts';
import { jsonOf } from './json-value.ts';
import { resultBytesMax } from './limits.ts';
import type { Decision, Operation, OperationView } from './operation.ts';
import { failureOf } from './run-error.ts';
import { isFinished, isRun, runs } from './run-kind.ts';
import { instantText } from './run-status.ts';

/** `run.sleep`. */
export function sleepOperation(durationMsOrUntil: number | Date): Operation {
  return {
    kind: 'sleep',
    decide(entry, { name, nowMs, interrupt, world }) {
      if (interrupt) return { do: 'reject', error: interrupt };
      const untilMs = entry?.untilMs ?? untilOf(durationMsOrUntil, nowMs);
      if (!(untilMs > nowMs)) return { do: 'done', result: undefined };
      world.wakeAt(untilMs);
      const until = instantText(untilMs);
      return {
        do: 'park',
        change: { untilMs },
        waiting: { step: name, for: 'Time', until, message: `sleeps until ${until}` },
      };
    },
  };
}

function untilOf(durationMsOrUntil: number | Date, nowMs: number): number {
  return typeof durationMsOrUntil === 'number' ? nowMs + durationMsOrUntil : durationMsOrUntil.getTime();
}

/** `run.approval`. */
export function approvalOperation(options: ApprovalOptions): Operation {
  return {
    kind: 'approval',
    decide(entry, view) {
      const { run, name, nowMs, interrupt, world } = view;
      if (interrupt) return { do: 'reject', error: interrupt };
      const demand = entry?.demand ?? demandOf(options, view);
      const expires = options.expiresInMs === undefined ? undefined : nowMs + options.expiresInMs;
      const untilMs = entry ? entry.untilMs : expires;
      const asked = {
        ...demand,
        author: run.spec.requestedBy?.username ?? '',
        ...(untilMs === undefined ? {} : { expiresAtMs: untilMs }),
      };
      const judged = judgeApprovals(asked, world.approvals(), nowMs);
      switch (judged.state) {
        case 'approved':
          return { do: 'done', result: { by: [...judged.by] } };
        case 'rejected': {
          const message = `${demand.message}: rejected by ${judged.by.join(', ')}`;
          return { do: 'fail', error: { code: 'ApprovalRejected', message, step: name } };
        }
        case 'expired': {
          const at = untilMs === undefined ? '' : ` by ${formatTime(untilMs)}`;
          const message = `${demand.message}: ${judged.have} of ${demand.count} approvals came${at}`;
          return { do: 'fail', error: { code: 'ApprovalExpired', message, step: name } };
        }
        case 'pending':
          if (judged.nextChangeAtMs !== undefined) world.wakeAt(judged.nextChangeAtMs);
          return parkedApproval(view, demand, untilMs, judged.have);
      }
    },
  };
}

type Demand = NonNullable<JournalEntry['demand']>;

function demandOf({ groups = [], count = 1, message, data }: ApprovalOptions, view: OperationView): Demand {
  const { uid } = view.run.metadata;
  // The name and the uid make it the digest of this demand alone; the data come in the order in which they were given.
  const text = JSON.stringify([uid, view.name, message, data ?? null]);
  return { digest: createHash('sha256').update(text).digest('hex'), groups: [...groups], count, message };
}

function parkedApproval(
  { run, name }: OperationView,
  demand: Demand,
  untilMs: number | undefined,
  have: number,
): Decision {
  const { digest, groups, count, message } = demand;
  const { namespace = 'default' } = run.metadata;
  return {
    do: 'park',
    change: { demand, ...(untilMs === undefined ? {} : { untilMs }) },
    waiting: {
      step: name,
      for: 'Approval',
      ...(untilMs === undefined ? {} : { until: instantText(untilMs) }),
      message: `${message}: ${have} of ${count} approvals${groups.length === 0 ? '' : ` of ${groups.join(', ')}`}`,
      digest,
      groups: [...groups],
      count,
      have,
      command: `plinth approve run/${run.metadata.name}${namespace === 'default' ? '' : ` -n ${namespace}`}`,
    },
  };
}

/** `run.waitFor`. */
export function waitOperation(options: WaitOptions): Operation {
  const { resource, namespace = '', timeoutMs } = options;
  const shown = `${resource.resource}/${options.name}`;
  return {
    kind: 'waitFor',
    decide(entry, { name, nowMs, interrupt, world }) {
      if (interrupt) return { do: 'reject', error: interrupt };
      const object = world.observe(resource, namespace, options.name);
      try {
        if (object && options.until(object)) {
          const { value } = jsonOf(plainObject(object), resultBytesMax, `the object that ${name} waited for`);
          return { do: 'done', result: value };
        }
      } catch (error) {
        return { do: 'fail', error: { ...failureOf(error), step: name } };
      }
      const untilMs = entry ? entry.untilMs : timeoutMs === undefined ? undefined : nowMs + timeoutMs;
      if (untilMs !== undefined && untilMs <= nowMs) {
        const message = `${shown} was not as expected within ${timeoutMs ?? 0} ms${object ? '' : ': it does not exist'}`;
        return { do: 'fail', error: { code: 'Timeout', message, step: name } };
      }
      if (untilMs !== undefined) world.wakeAt(untilMs);
      return {
        do: 'park',
        change: untilMs === undefined ? {} : { untilMs },
        waiting: {
          step: name,
          for: 'Object',
          ...(untilMs === undefined ? {} : { until: instantText(untilMs) }),
          message: object ? `${shown} is not as expected yet` : `${shown} does not exist yet`,
        },
      };
    },
  };
}

/** `run.child`. */
export function childOperation(definition: string, input: Record<string, unknown>): Operation {
  return {
    kind: 'child',
    decide(entry, view) {
      const { run, name, interrupt, world } = view;
      const { namespace = '' } = run.metadata;
      if (!entry) {
        if (interrupt) return { do: 'reject', error: interrupt };
        const child = { name: childName(run.metadata, name), definition };
        if (world.observe(runs, namespace, child.name)) {
          const message = `a run ${child.name} is there already, and it is not of this run`;
          return { do: 'fail', error: { code: 'ChildNameTaken', message, step: name } };
        }
        const besides = [world.childWrite(run, { ...child, input })];
        return { do: 'commit', change: { state: 'waiting', child }, besides };
      }
      const child = entry.child?.name ?? '';
      const found = world.observe(runs, namespace, child);
      if (!found || !isRun(found)) {
        if (interrupt) return { do: 'reject', error: interrupt };
        const message = `run ${child} was deleted before it ended`;
        return { do: 'fail', error: { code: 'ChildDeleted', message, step: name } };
      }
      if (isFinished(found)) {
        if (interrupt) return { do: 'reject', error: interrupt };
        const { phase, output, error } = found.status ?? {};
        if (phase === 'Succeeded') return { do: 'done', result: output as Json | undefined };
        const message = `run ${child}: ${error?.message ?? (phase ?? '').toLowerCase()}`;
        return { do: 'fail', error: { code: error?.code ?? 'ChildFailed', message, step: name } };
      }
      // Children end before what their parent did is taken back.
      if (interrupt && found.spec.cancel !== true) void world.cancelRun(namespace, child);
      return {
        do: 'park',
        waiting: { step: name, for: 'Run', message: `run ${child} is ${found.status?.phase ?? 'Pending'}` },
      };
    },
  };
}

/** The same in every replay; the hash keeps names of children apart whatever the operations are called. */
function childName(parent: OperationView['run']['metadata'], name: string): string {
  const hash = createHash('sha256').update(`${parent.uid}\n${name}`).digest('hex').slice(0, 10);
  return `${parent.name.slice(0, 240)}-${hash}`;
}
