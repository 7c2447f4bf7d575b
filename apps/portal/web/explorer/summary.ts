import { listAt, textAt } from '../api/json.ts';
import { type Tone, toneOf } from '../design/tone.ts';

/** A condition of an object's status. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly since: string;
}

/** Conditions that are bad when they are True. */
const badWhenTrue = /(Failed|Failure|Drifted|Pressure|Degraded|Stalled|Unavailable|Conflict)$/;

/** Conditions that are there while something is under way, and say nothing else. */
const busyWhenTrue = /^(Reconciling|Progressing)$/;

/** The conditions of an object. */
export function conditionsOf(object: unknown): Condition[] {
  return listAt(object, 'status', 'conditions').map((condition) => ({
    type: textAt(condition, 'type'),
    status: textAt(condition, 'status'),
    reason: textAt(condition, 'reason'),
    message: textAt(condition, 'message'),
    since: textAt(condition, 'lastTransitionTime'),
  }));
}

/** What a condition means for who looks at it. */
export function toneOfCondition({ type, status, reason }: Condition): Tone {
  if (status === 'Unknown') return 'warn';
  if (reason.startsWith('Waiting')) return 'warn';
  const isTrue = status === 'True';
  if (busyWhenTrue.test(type)) return isTrue ? 'busy' : 'idle';
  if (badWhenTrue.test(type)) return isTrue ? 'warn' : 'good';
  return isTrue ? 'good' : 'bad';
}

/** Whether an object is fine, in one word; undefined where its status does not tell. */
export function stateOf(object: unknown): { readonly word: string; readonly tone: Tone } | undefined {
  if (textAt(object, 'metadata', 'deletionTimestamp') !== '') return { word: 'Terminating', tone: 'busy' };
  const phase = textAt(object, 'status', 'phase');
  if (phase !== '') return { word: phase, tone: toneOf(phase) ?? 'idle' };
  const ready = conditionsOf(object).find(
    ({ type }) => type === 'Ready' || type === 'Available' || type === 'Established',
  );
  if (!ready) return undefined;
  const tone = toneOfCondition(ready);
  if (ready.status === 'True') return { word: ready.type, tone };
  return { word: ready.reason || `Not ${ready.type.toLowerCase()}`, tone };
}

/** Why an object is not fine: the messages of what is not as it should be. */
export function reasonsOf(object: unknown): string[] {
  const status = textAt(object, 'status', 'message');
  const bad = conditionsOf(object).filter((one) => !['good', 'idle'].includes(toneOfCondition(one)));
  return [...new Set([status, ...bad.map(({ message, reason }) => message || reason)].filter(Boolean))];
}
