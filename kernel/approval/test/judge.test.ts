import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatTime } from '../../ports/clock.ts';
import type { Approval } from '../approval-kind.ts';
import { type ApprovalDemand, judgeAll, judgeApprovals } from '../judge.ts';

const nowMs = Date.UTC(2026, 5, 1, 12);
const hourMs = 3_600_000;

interface Vote {
  readonly user: string;
  readonly groups: readonly string[];
  readonly digest: string;
  readonly reject: boolean;
  /** Hours from now until it ends; absent: never. */
  readonly endsIn?: number | undefined;
}

function approval({ user, groups, digest, reject, endsIn }: Vote): Approval {
  return {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'Approval',
    metadata: { name: 'a', uid: 'u', resourceVersion: '1', creationTimestamp: formatTime(nowMs) },
    spec: {
      target: { kind: 'Plan', name: 'p' },
      digest,
      decision: reject ? 'Reject' : 'Approve',
      approver: { username: user, groups: [...groups] },
      ...(endsIn === undefined ? {} : { expiresAt: formatTime(nowMs + endsIn * hourMs) }),
    },
  };
}

const demand: ApprovalDemand = { digest: 'd', author: 'anna', groups: ['leads'], count: 2 };
const vote = (user: string, more: Partial<Vote> = {}): Approval =>
  approval({ user, groups: ['leads'], digest: 'd', reject: false, ...more });

describe('judgeApprovals', () => {
  test('counts people, not approvals', () => {
    const judged = judgeApprovals(demand, [vote('lea'), vote('lea'), vote('lea')], nowMs);
    deepEqual(judged, { state: 'pending', have: 1, need: 2, by: ['lea'] });
    equal(judgeApprovals(demand, [vote('lea'), vote('lou')], nowMs).state, 'approved');
  });

  test('passes over the author, strangers, other digests and what has ended', () => {
    const void_ = [
      vote('anna'),
      vote('sam', { groups: ['others'] }),
      vote('lou', { digest: 'e' }),
      vote('lia', { endsIn: 0 }),
      vote('anna', { reject: true }),
      vote('sam', { groups: ['others'], reject: true }),
    ];
    deepEqual(judgeApprovals(demand, void_, nowMs), { state: 'pending', have: 0, need: 2, by: [] });
  });

  test('lets one person who is asked reject, and says when time alone changes it', () => {
    const judged = judgeApprovals(
      { ...demand, expiresAtMs: nowMs + 5 * hourMs },
      [vote('lea'), vote('lou'), vote('lia', { reject: true, endsIn: 1 })],
      nowMs,
    );
    deepEqual(judged, { state: 'rejected', have: 2, need: 2, by: ['lia'], nextChangeAtMs: nowMs + hourMs });
    const later = judgeApprovals({ ...demand, expiresAtMs: nowMs }, [vote('lea'), vote('lou')], nowMs);
    equal(later.state, 'expired');
  });

  test('lets the longest vote of a person count', () => {
    const judged = judgeApprovals(
      { ...demand, count: 1 },
      [vote('lea', { endsIn: 1 }), vote('lea')],
      nowMs + 2 * hourMs,
    );
    equal(judged.state, 'approved');
  });

  test('asks all of several rules', () => {
    const owners = { ...demand, groups: ['owners'], count: 1 };
    equal(judgeAll([demand, owners], [vote('lea'), vote('lou')], nowMs).state, 'pending');
    const both = [vote('lea'), vote('lou'), vote('otto', { groups: ['owners'] })];
    equal(judgeAll([demand, owners], both, nowMs).state, 'approved');
    equal(judgeAll([], [], nowMs).state, 'approved');
    const no = vote('otto', { groups: ['owners'], reject: true });
    equal(judgeAll([demand, owners], [vote('lea'), vote('lou'), no], nowMs).state, 'rejected');
  });

  test('agrees with a dumb judge', () => {
    const votes = fc.array(
      fc.record({
        user: fc.constantFrom('anna', 'lea', 'lou', 'sam'),
        groups: fc.subarray(['leads', 'owners']),
        digest: fc.constantFrom('d', 'e'),
        reject: fc.boolean(),
        endsIn: fc.option(fc.integer({ min: -2, max: 3 }), { nil: undefined }),
      }),
      { maxLength: 8 },
    );
    const demands = fc.record({
      groups: fc.subarray(['leads', 'owners']),
      count: fc.integer({ min: 0, max: 3 }),
      ends: fc.option(fc.integer({ min: -1, max: 2 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(votes, demands, (cast, { groups, count, ends }) => {
        const asked: ApprovalDemand = {
          digest: 'd',
          author: 'anna',
          groups,
          count,
          ...(ends === undefined ? {} : { expiresAtMs: nowMs + ends * hourMs }),
        };
        equal(judgeApprovals(asked, cast.map(approval), nowMs).state, dumb(cast, groups, count, ends));
      }),
      { numRuns: 2_000 },
    );
  });

  test('says truly when it changes: until then it stays', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ user: fc.constantFrom('lea', 'lou', 'lia'), endsIn: fc.integer({ min: 1, max: 9 }) }),
        ),
        fc.integer({ min: 1, max: 3 }),
        (cast, count) => {
          const given = cast.map(({ user, endsIn }) => vote(user, { endsIn }));
          const { state, nextChangeAtMs = nowMs + 99 * hourMs } = judgeApprovals(
            { ...demand, count },
            given,
            nowMs,
          );
          equal(judgeApprovals({ ...demand, count }, given, nextChangeAtMs - 1).state, state);
        },
      ),
    );
  });
});

function dumb(
  cast: readonly Vote[],
  groups: readonly string[],
  count: number,
  ends: number | undefined,
): string {
  if (ends !== undefined && ends <= 0) return 'expired';
  const valid = cast
    .filter(({ user }) => user !== 'anna')
    .filter(({ digest }) => digest === 'd')
    .filter(({ endsIn }) => endsIn === undefined || endsIn > 0)
    .filter((one) => groups.length === 0 || one.groups.filter((group) => groups.includes(group)).length > 0);
  if (valid.filter(({ reject }) => reject).length > 0) return 'rejected';
  return new Set(valid.map(({ user }) => user)).size >= count ? 'approved' : 'pending';
}
