import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoffMs } from '../src/forward/backoff.ts';
import { DeliveryLedger, type LogPart } from '../src/forward/delivery-ledger.ts';
import { type ForwardObservation, forwardStatus, isNews } from '../src/forward/forward-status.ts';
import { nextShards } from '../src/forward/shard-count.ts';

test('a ledger is at the end of the last part before which nothing is missing, in whatever order parts arrive', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3), { maxLength: 50 }),
      fc.array(fc.nat(), { maxLength: 200 }),
      (sizes, order) => {
        const ledger = new DeliveryLedger({ segment: 0, offset: 0 });
        const parts: LogPart[] = sizes.map((pending, i) => {
          const part = ledger.begin();
          part.pending = pending;
          part.oldestMs = i;
          part.end = { segment: 0, offset: i + 1 };
          return part;
        });
        ledger.begin();
        for (const number of order) {
          const part = parts[number % Math.max(1, parts.length)];
          if (part && part.pending > 0) part.pending--;
          const missing = parts.findIndex(({ pending }) => pending > 0);
          assert.equal(ledger.position.offset, missing < 0 ? parts.length : missing);
          assert.equal(ledger.oldestMs, missing < 0 ? undefined : missing);
        }
      },
    ),
  );
});

test('there are more requests at once while reading is held up, fewer when they are idle, the same after failures', () => {
  const use = { shards: 10, busy: 5, blocked: 0, hasFailed: false };
  assert.equal(nextShards(use, 1, 50), 10);
  assert.equal(nextShards({ ...use, blocked: 0.5 }, 1, 50), 15);
  assert.equal(nextShards({ ...use, blocked: 0.5 }, 1, 12), 12);
  assert.equal(nextShards({ ...use, blocked: 0.5, hasFailed: true }, 1, 50), 10);
  assert.equal(nextShards({ ...use, busy: 1 }, 1, 50), 2);
  assert.equal(nextShards({ ...use, busy: 0 }, 3, 50), 3);
});

test('pauses double from the least to the most', () => {
  assert.deepEqual(
    [1, 2, 3, 9, 1e9].map((attempt) => backoffMs(attempt, 30, 5_000, 0)),
    [15, 30, 60, 2_500, 2_500],
  );
  assert.ok(backoffMs(1, 30, 5_000, 0.999) < 30);
});

const fine: ForwardObservation = {
  generation: 1,
  fault: undefined,
  loss: undefined,
  hasSent: true,
  behindMs: 0,
  pendingSamples: 0,
  pendingBytes: 0,
  lostSamples: 0,
  lastError: undefined,
};

test('a loss is told for an hour, over a restart too, and the last refusal stays', () => {
  const start = Date.UTC(2026, 0, 1);
  const minute = 60_000;
  const loss = { reason: 'SamplesRefused', message: 'no', atMs: start };
  const complete = (status: ReturnType<typeof forwardStatus>): string =>
    status.conditions?.find(({ type }) => type === 'Complete')?.status ?? '';
  const first = forwardStatus(undefined, { ...fine, loss, lostSamples: 3, lastError: 'no' }, start);
  assert.equal(complete(first), 'False');
  // After a restart nobody knows of it but the status.
  const second = forwardStatus(first, { ...fine, lostSamples: 3 }, start + 59 * minute);
  assert.deepEqual([complete(second), second.lastError, second.lostSamples], ['False', 'no', 3]);
  const third = forwardStatus(second, { ...fine, lostSamples: 3 }, start + 61 * minute);
  assert.deepEqual([complete(third), third.lastError], ['True', 'no']);
  assert.deepEqual(
    [isNews(undefined, first), isNews(first, second), isNews(second, third)],
    [true, false, true],
  );
  assert.equal(isNews(third, { ...third, pendingSamples: 9 }), false);
});
