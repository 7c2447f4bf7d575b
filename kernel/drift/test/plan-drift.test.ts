import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CorrectionLimits, countingInstants, judgeCorrection, minuteMs } from '../correction-limit.ts';
import type { DriftPolicy, DriftStatus } from '../drift-kind.ts';
import { conditionOf, instantsOf, keptUntil } from '../drift-status.ts';
import { type DriftStep, type KnownDrift, planDrift, type SeenDrift } from '../plan-drift.ts';

const startMs = Date.UTC(2026, 0, 1);
const limits: CorrectionLimits = { perTarget: 3, windowMs: 600_000, perMinute: 4 };
const rules = { limits, recent: [], ahead: 0 };

function seen(policy: DriftPolicy, more: Partial<SeenDrift> = {}): SeenDrift {
  return {
    name: 'configmap-one-0123456789ab',
    target: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'one' },
    policy,
    isDrifted: true,
    isMissing: false,
    differences: [{ path: 'data.key', declared: '"one"', observed: '"forged"' }],
    omitted: 0,
    ...(policy === 'propose' ? { state: 'sha256:1' } : {}),
    ...more,
  };
}

const asDeclared = (policy: DriftPolicy): SeenDrift => seen(policy, { isDrifted: false, differences: [] });

/** What is known after steps were carried out. */
function after(steps: readonly DriftStep[], policy: DriftPolicy, known?: KnownDrift): KnownDrift {
  const status = steps.findLast((step) => step.action === 'record')?.status ?? known?.status ?? {};
  return {
    ...known,
    policy: steps.some(({ action }) => action === 'declare') ? policy : (known?.policy ?? policy),
    status,
  };
}

const actions = (steps: readonly DriftStep[]): string[] =>
  steps.map((step) => (step.action === 'tell' ? step.news.reason : step.action));

function reasons({ status }: KnownDrift): Record<string, string> {
  return Object.fromEntries((status.conditions ?? []).map(({ type, reason }) => [type, reason]));
}

test('what is not drifted and not known needs nothing', () => {
  assert.deepEqual(planDrift(undefined, asDeclared('correct'), startMs, rules), []);
});

test('policy report: told once, then only that it is still there, now and then', () => {
  const steps = planDrift(undefined, seen('report'), startMs, rules);
  assert.deepEqual(actions(steps), ['declare', 'record', 'DriftDetected']);
  const known = after(steps, 'report');
  for (const laterMs of [0, 1_000, 599_000]) {
    assert.deepEqual(planDrift(known, seen('report'), startMs + laterMs, rules), [], `${laterMs} ms later`);
  }
  const [still] = planDrift(known, seen('report'), startMs + 600_000, rules);
  assert.ok(still?.action === 'record');
  assert.deepEqual(
    [still.status.firstSeen, still.status.lastSeen],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:10:00Z'],
  );
  assert.deepEqual(still.status.conditions, known.status.conditions, 'conditions move on flips only');
});

test('policy report: another difference is recorded and is no new drift', () => {
  const known = after(planDrift(undefined, seen('report'), startMs, rules), 'report');
  const more = seen('report', { differences: [{ path: 'data.other', observed: '1' }], omitted: 2 });
  const steps = planDrift(known, more, startMs + 5_000, rules);
  assert.deepEqual(actions(steps), ['record']);
  const { status } = after(steps, 'report', known);
  assert.deepEqual([status.firstSeen, status.differencesOmitted], ['2026-01-01T00:00:00Z', 2]);
  assert.equal(conditionOf(status, 'Drifted')?.lastTransitionTime, '2026-01-01T00:00:00Z');
});

test('drift that is gone is resolved once, kept for a while, and begins anew as new drift', () => {
  const known = after(planDrift(undefined, seen('report'), startMs, rules), 'report');
  const steps = planDrift(known, asDeclared('report'), startMs + 5_000, rules);
  assert.deepEqual(actions(steps), ['record', 'DriftGone']);
  const gone = after(steps, 'report', known);
  assert.deepEqual(reasons(gone), { Drifted: 'AsDeclared' });
  assert.deepEqual(planDrift(gone, asDeclared('report'), startMs + 9_000, rules), []);
  const times = { windowMs: limits.windowMs, resolvedMs: 60_000 };
  assert.equal(keptUntil(known.status, startMs, times), undefined, 'what drifts is kept');
  assert.equal(keptUntil(gone.status, startMs + 6_000, times), startMs + 65_000);
  const again = planDrift(gone, seen('report'), startMs + 30_000, rules);
  assert.deepEqual(actions(again), ['record', 'DriftDetected']);
  assert.equal(after(again, 'report', gone).status.firstSeen, '2026-01-01T00:00:30Z');
});

test('policy correct: the attempt is recorded before it is made; that the drift is gone says that it took effect', () => {
  const steps = planDrift(undefined, seen('correct'), startMs, rules);
  assert.deepEqual(actions(steps), ['declare', 'record', 'DriftDetected', 'correct']);
  const known = after(steps, 'correct');
  assert.deepEqual(known.status.corrections, ['2026-01-01T00:00:00.000000Z']);
  assert.deepEqual(reasons(known), { Drifted: 'FieldsDiffer', Corrected: 'Correcting' });
  const done = planDrift(known, asDeclared('correct'), startMs + 1_000, rules);
  assert.deepEqual(actions(done), ['record', 'DriftCorrected']);
  assert.deepEqual(reasons(after(done, 'correct', known)), { Drifted: 'Corrected', Corrected: 'Corrected' });
  const times = { windowMs: limits.windowMs, resolvedMs: 0 };
  const until = keptUntil(after(done, 'correct', known).status, startMs + 2_000, times);
  assert.equal(until, startMs + limits.windowMs, 'kept as long as its corrections count');
});

test('policy correct: beyond the limit it is held back, says until when, and says so once', () => {
  let known: KnownDrift | undefined;
  for (const atMs of [startMs, startMs + 1_000, startMs + 2_000]) {
    known = after(planDrift(known, seen('correct'), atMs, rules), 'correct', known);
  }
  const held = planDrift(known, seen('correct'), startMs + 3_000, rules);
  assert.deepEqual(actions(held), ['record', 'DriftHeldBack', 'wait']);
  known = after(held, 'correct', known);
  assert.equal(known.status.nextCorrection, '2026-01-01T00:10:00.000000Z');
  assert.equal(reasons(known)['Corrected'], 'HeldBack');
  const still = planDrift(known, seen('correct'), startMs + 500_000, rules);
  assert.deepEqual(still, [{ action: 'wait', untilMs: startMs + 600_000 }]);
  const free = planDrift(known, seen('correct'), startMs + 600_000, rules);
  assert.deepEqual(actions(free), ['record', 'correct']);
  assert.equal(after(free, 'correct', known).status.nextCorrection, undefined);
});

test('policy correct: other targets of the reporter use the limit up, too', () => {
  const recent = [0, 10, 20, 30].map((ms) => startMs + ms);
  const held = planDrift(undefined, seen('correct'), startMs + 1_000, { limits, recent, ahead: 3 });
  assert.deepEqual(held.at(-1), { action: 'wait', untilMs: startMs + minuteMs });
  assert.match(
    conditionOf(after(held, 'correct').status, 'Corrected')?.message ?? '',
    /4 targets of its reporter/,
  );
});

test('policy correct: of many that wait each is told its turn, and that stays', () => {
  const recent = [0, 10, 20, 30].map((ms) => startMs + ms);
  const waits = [0, 3, 4, 11, 1_000].map((ahead) => {
    const steps = planDrift(undefined, seen('correct'), startMs + 1_000, { limits, recent, ahead });
    const known = after(steps, 'correct');
    const wait = steps.at(-1);
    assert.deepEqual(planDrift(known, seen('correct'), startMs + 2_000, { limits, recent, ahead: 0 }), [
      wait,
    ]);
    return wait?.action === 'wait' ? wait.untilMs - startMs : undefined;
  });
  assert.deepEqual(waits, [minuteMs, minuteMs, 2 * minuteMs, 3 * minuteMs, 1_000 + limits.windowMs]);
});

test('policy propose: the name is recorded before the Plan is made, and one Plan is made for one state', () => {
  const steps = planDrift(undefined, seen('propose'), startMs, rules);
  assert.deepEqual(actions(steps), ['declare', 'record', 'DriftDetected', 'propose']);
  let known = after(steps, 'propose');
  const plan = known.status.plan?.name;
  assert.ok(plan !== undefined && plan.length <= 63);
  // The process died before the Plan was made: it is made under the same name.
  assert.deepEqual(planDrift(known, seen('propose'), startMs + 60_000, rules), [{ action: 'propose', plan }]);
  known = { ...known, planPhase: 'Pending' };
  const told = planDrift(known, seen('propose'), startMs + 1_000, rules);
  assert.deepEqual(actions(told), ['record', 'DriftProposed']);
  known = after(told, 'propose', known);
  assert.deepEqual(
    planDrift({ ...known, planPhase: 'Approved' }, seen('propose'), startMs + 2_000, rules),
    [],
  );
  const moved = planDrift(known, seen('propose', { state: 'sha256:2' }), startMs + 3_000, rules);
  assert.deepEqual(actions(moved), ['withdraw', 'record', 'propose']);
  assert.notEqual(after(moved, 'propose', known).status.plan?.name, plan);
  const gone = planDrift(known, asDeclared('propose'), startMs + 4_000, rules);
  assert.deepEqual(actions(gone), ['withdraw', 'record', 'DriftGone']);
  assert.equal(after(gone, 'propose', known).status.plan, undefined);
});

test('policy propose: what was rejected stays rejected; what expired or was applied in vain is proposed anew', () => {
  const known = after(planDrift(undefined, seen('propose'), startMs, rules), 'propose');
  const phase = (planPhase: NonNullable<KnownDrift['planPhase']>) =>
    planDrift({ ...known, planPhase }, seen('propose'), startMs + 5_000, rules);
  for (const rejected of ['Rejected', 'Failed'] as const) {
    assert.deepEqual(actions(phase(rejected)), ['record']);
    const then = { ...after(phase(rejected), 'propose', known), planPhase: rejected };
    assert.equal(reasons(then)['Proposed'], `Plan${rejected}`);
    assert.deepEqual(planDrift(then, seen('propose'), startMs + 6_000, rules), []);
  }
  for (const over of ['Applied', 'Expired'] as const) {
    assert.deepEqual(actions(phase(over)), ['withdraw', 'record', 'propose']);
  }
});

test('another policy takes over: what the earlier one did goes, the count of corrections stays', () => {
  const corrected = after(planDrift(undefined, seen('correct'), startMs, rules), 'correct');
  const proposing = planDrift(corrected, seen('propose'), startMs + 1_000, rules);
  assert.deepEqual(actions(proposing), ['declare', 'record', 'propose']);
  const proposed = after(proposing, 'propose', corrected);
  assert.deepEqual(reasons(proposed), { Drifted: 'FieldsDiffer', Proposed: 'Proposing' });
  const reporting = planDrift(proposed, seen('report'), startMs + 2_000, rules);
  assert.deepEqual(actions(reporting), ['declare', 'withdraw', 'record']);
  const reported = after(reporting, 'report', proposed);
  assert.deepEqual(reasons(reported), { Drifted: 'FieldsDiffer' });
  assert.deepEqual([reported.status.corrections?.length, reported.status.plan], [1, undefined]);
});

test('a clock that is set back neither forgets corrections nor holds them back until it has caught up', () => {
  const ahead = [startMs + 3_600_000, startMs + 3_600_500, startMs + 3_601_000];
  const verdict = judgeCorrection(ahead, [], startMs, limits);
  assert.deepEqual(verdict, { allowed: false, nextMs: startMs + limits.windowMs, by: 'target' });
  assert.deepEqual(countingInstants(ahead, startMs, limits.windowMs), [startMs, startMs, startMs]);
});

type Act =
  | { readonly act: 'report'; readonly target: number; readonly crash: 'no' | 'before' | 'after' }
  | { readonly act: 'pass'; readonly ms: number }
  | { readonly act: 'back'; readonly ms: number }
  | { readonly act: 'restart' }
  | { readonly act: 'right'; readonly target: number };

const target = fc.integer({ min: 0, max: 2 });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('report' as const),
      target,
      crash: fc.constantFrom('no' as const, 'no' as const, 'before' as const, 'after' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 240_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('back' as const), ms: fc.integer({ min: 1, max: 5_000_000 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ act: 'restart' as const }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('right' as const), target }) },
);

test('property: never more corrections than allowed within any window, whatever is reported, dies or sets the clock', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 10, maxLength: 120 }), (acts) => {
      const statuses = new Map<number, DriftStatus>();
      const made: { readonly target: number; readonly atMs: number }[] = [];
      let elapsedMs = 0;
      let shiftMs = 0;
      const stored = (): number[] => [...statuses.values()].flatMap(instantsOf);
      let recent: readonly number[] = [];
      for (const one of acts) {
        if (one.act === 'pass') elapsedMs += one.ms;
        else if (one.act === 'back') shiftMs -= one.ms;
        else if (one.act === 'restart') recent = stored();
        else {
          const nowMs = startMs + elapsedMs + shiftMs;
          recent = countingInstants(recent, nowMs, minuteMs);
          const status = statuses.get(one.target);
          const known: KnownDrift | undefined = status && { policy: 'correct', status };
          const view = one.act === 'right' ? asDeclared('correct') : seen('correct');
          for (const step of planDrift(known, view, nowMs, { limits, recent, ahead: 0 })) {
            if (step.action === 'record') statuses.set(one.target, step.status);
            if (step.action !== 'correct' || one.act !== 'report') continue;
            recent = [...recent, nowMs];
            if (one.crash !== 'before') made.push({ target: one.target, atMs: elapsedMs });
            if (one.crash !== 'no') recent = stored();
          }
        }
      }
      for (const { atMs } of made) {
        const within = (ms: number) => made.filter((other) => other.atMs >= atMs && other.atMs - atMs < ms);
        assert.ok(within(minuteMs).length <= limits.perMinute, `more than ${limits.perMinute} in a minute`);
        for (const which of [0, 1, 2]) {
          const count = within(limits.windowMs).filter((other) => other.target === which).length;
          assert.ok(count <= limits.perTarget, `target ${which} was corrected ${count} times in a window`);
        }
      }
    }),
    { numRuns: 1_000 },
  );
});

test('property: the same report again writes nothing, and what is held back is let go again', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 30 }), (gaps) => {
      let known: KnownDrift | undefined;
      let nowMs = startMs;
      for (const gap of gaps) {
        nowMs += gap;
        const steps = planDrift(known, seen('correct'), nowMs, rules);
        known = after(steps, 'correct', known);
        if (steps.some(({ action }) => action === 'correct')) continue;
        const again = planDrift(known, seen('correct'), nowMs, rules);
        assert.deepEqual(actions(again), ['wait']);
        const [wait] = again;
        assert.ok(wait?.action === 'wait' && wait.untilMs > nowMs && wait.untilMs <= nowMs + limits.windowMs);
        assert.ok(actions(planDrift(known, seen('correct'), wait.untilMs, rules)).includes('correct'));
      }
    }),
  );
});
