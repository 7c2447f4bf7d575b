import { type Condition, setCondition } from '../model/object.ts';
import { formatTime } from '../ports/clock.ts';
import type { RunDefinition } from './define-run.ts';
import type { RunDefinitions } from './run-definitions.ts';
import type { RunFailure } from './run-error.ts';
import type { Run, RunPhase, RunStatus } from './run-kind.ts';
import { instantText, withheldCondition } from './run-status.ts';

/** Whether a run can be invoked now, and if not, what its status has to say. */
export type StartVerdict =
  | { readonly type: 'invoke'; readonly definition: RunDefinition }
  | { readonly type: 'write'; readonly status: (run: Run, attempt: number, nowMs: number) => RunStatus };

/** Judges a run that has not ended by its definition, its version and what its spec asks for. Pure. */
export function startVerdict(run: Run, definitions: RunDefinitions): StartVerdict {
  const { definition: name, cancel, pause } = run.spec;
  const isStarted = run.status?.startedAt !== undefined;
  const definition = definitions.get(name);
  if (!isStarted && cancel === true) return canceled('the run was cancelled before it started');
  if (!definition) {
    const known = `no definition ${name} is known`;
    if (!isStarted) return pending(`${known}: start a process that has it, or delete the run`);
    return refusal(
      'DefinitionMissing',
      `${known} any more: bring it back, or cancel the run`,
      cancel === true,
    );
  }
  const began = run.status?.definitionVersion;
  if (isStarted && began !== undefined && began !== definition.version) {
    if (!(definition.compatible ?? []).includes(began)) {
      const message =
        `the run began with version ${began} of ${name}, and version ${definition.version} cannot take it over: ` +
        `bring a version back that can, or cancel the run`;
      return refusal('IncompatibleDefinition', message, cancel === true);
    }
  }
  if (!isStarted && pause === true) return paused();
  return { type: 'invoke', definition };
}

/** A run that must wait, for a reason that lies outside it. Its phase stays what it was. */
export function withheldVerdict(message: string): StartVerdict {
  return {
    type: 'write',
    status(run, attempt, nowMs) {
      const before = run.status ?? { phase: 'Pending' as const };
      const condition = {
        type: withheldCondition,
        status: 'False',
        reason: 'QuotaExceeded',
        message,
      } as const;
      const conditions = (before.conditions ?? []) as Condition[];
      return {
        ...before,
        attempt: before.attempt ?? attempt,
        conditions: setCondition(conditions, condition, formatTime(nowMs)),
      };
    },
  };
}

function canceled(message: string): StartVerdict {
  return write('Canceled', { code: 'Canceled', message });
}

function paused(): StartVerdict {
  return write('Paused', undefined);
}

function refusal(code: string, message: string, isCanceled: boolean): StartVerdict {
  if (!isCanceled) return write('Refused', { code, message });
  // The code that could take back what was done is not there; a person has to know.
  return write('Canceled', {
    code: 'NotCompensated',
    message: `cancelled without taking anything back, because ${message}`,
  });
}

function pending(message: string): StartVerdict {
  return write('Pending', undefined, { reason: 'DefinitionMissing', message });
}

function write(
  phase: RunPhase,
  error: RunFailure | undefined,
  missing?: { reason: string; message: string },
): StartVerdict {
  return {
    type: 'write',
    status(run, attempt, nowMs) {
      const { waitingFor: _w, error: _e, ...before } = run.status ?? { phase };
      const conditions = conditionsOf(run, phase, error, missing, nowMs);
      return {
        ...before,
        phase,
        attempt: before.attempt ?? attempt,
        ...(phase === 'Canceled' ? { finishedAt: instantText(nowMs) } : {}),
        ...(error ? { error } : {}),
        ...(conditions.length > 0 ? { conditions } : {}),
      };
    },
  };
}

function conditionsOf(
  run: Run,
  phase: RunPhase,
  error: RunFailure | undefined,
  missing: { reason: string; message: string } | undefined,
  nowMs: number,
): Condition[] {
  const now = formatTime(nowMs);
  let conditions = (run.status?.conditions ?? []) as Condition[];
  if (missing)
    conditions = setCondition(conditions, { type: 'DefinitionFound', status: 'False', ...missing }, now);
  if (error) {
    const status = phase === 'Canceled' ? 'True' : 'False';
    const complete = { type: 'Complete', status, reason: error.code, message: error.message } as const;
    conditions = setCondition(conditions, complete, now);
  }
  return conditions;
}
