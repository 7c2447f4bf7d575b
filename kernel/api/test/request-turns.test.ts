import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { breathe as turn } from '../../control/test/virtual-clock.ts';
import { StatusError } from '../../model/status-error.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  activeMs,
  aloneWritesMax,
  readsMax,
  tenantSeatsShare,
  tenantWaitingMax,
  tenantWritesMin,
  turnWritesMax,
  writesMax,
} from '../limits.ts';
import { RequestTurns } from '../request-turns.ts';

/** A clock that moves on while work is done. */
class WorkClock implements Clock {
  ms = 0;
  now = (): number => this.ms;
  monotonic = (): number => this.ms;
  after = (): (() => void) => () => {};
}

/** Requests that cost time and say when they were begun. */
class Requests {
  readonly clock = new WorkClock();
  readonly turns = new RequestTurns(this.clock);
  readonly begun: string[] = [];

  constructor(tenants: number) {
    this.turns.tenants = tenants;
  }

  ask(tenant: string, name: string, isWrite = false, costMs = 0.4): () => void {
    return this.turns.take(tenant, isWrite, () => {
      this.clock.ms += costMs;
      this.begun.push(name);
    });
  }
}

function isTooMany(error: unknown): boolean {
  return error instanceof StatusError && error.code === 429;
}

test('a single tenant waits for nobody, and is refused when all seats are taken', () => {
  const requests = new Requests(1);
  const leaves = Array.from({ length: writesMax }, (_, i) => requests.ask('a', `${i}`, true));
  equal(requests.begun.length, writesMax);
  throws(() => requests.ask('a', 'one more', true), isTooMany);
  requests.ask('a', 'a read');
  leaves[0]?.();
  leaves[0]?.();
  requests.ask('a', 'in its place', true);
  throws(() => requests.ask('a', 'one more', true), isTooMany, 'a seat is given back once');
});

test('beside a long line of another tenant a request waits for one of its requests', async () => {
  const requests = new Requests(2);
  for (let i = 0; i < 500; i++) requests.ask('loud', `loud-${i}`);
  const before = requests.begun.length;
  ok(before < 10, `${before} were begun in one turn`);
  requests.ask('quiet', 'quiet-0');
  requests.ask('quiet', 'quiet-1');
  while (!requests.begun.includes('quiet-1')) await turn();
  const ahead = requests.begun.slice(before, requests.begun.indexOf('quiet-1'));
  deepEqual(
    ahead.filter((name) => name.startsWith('loud')).length <= 2,
    true,
    `ahead of it were ${ahead.join(' ')}`,
  );
  while (requests.begun.length < 502) await turn();
  equal(requests.turns.waiting, 0);
});

test('each turn of the event loop begins only so much', async () => {
  const requests = new Requests(2);
  for (let i = 0; i < 50; i++) requests.ask('a', `${i}`, false, 1);
  equal(requests.begun.length, 1);
  await turn();
  equal(requests.begun.length, 2);
  await turn();
  equal(requests.begun.length, 3);
});

test('few writes of a tenant are under way at once while others are active, and go on as they are answered', async () => {
  const requests = new Requests(9);
  for (let i = 0; i < 7; i++) requests.ask(`other-${i}`, 'other', false, 0)();
  const leaves = Array.from({ length: 40 }, (_, i) => requests.ask('loud', `loud-${i}`, true, 0));
  const begun = (): number => requests.begun.filter((name) => name.startsWith('loud')).length;
  const most = Math.max(tenantWritesMin, turnWritesMax / 8);
  for (let i = 0; i < 5; i++) await turn();
  equal(begun(), most);
  requests.ask('quiet', 'quiet', true, 0);
  await turn();
  ok(requests.begun.includes('quiet'), 'another goes past it');
  leaves[0]?.();
  await turn();
  equal(begun(), most + 1);
});

test('a tenant that is alone for a while has more, and still not all at once', async () => {
  const requests = new Requests(2);
  requests.ask('other', 'other', true, 0)();
  requests.clock.ms += activeMs + 1;
  for (let i = 0; i < 2 * aloneWritesMax; i++) requests.ask('loud', `loud-${i}`, true, 0);
  await turn();
  equal(requests.begun.length - 1, aloneWritesMax);
});

test('a line has an end, and so has the share of a tenant', () => {
  const requests = new Requests(2);
  let refused: unknown;
  let asked = 0;
  for (; refused === undefined; asked++) {
    try {
      requests.ask('loud', `${asked}`, false, 10);
    } catch (error) {
      refused = error;
    }
  }
  ok(isTooMany(refused));
  ok(asked <= Math.min(tenantWaitingMax, readsMax * tenantSeatsShare) + 2, `${asked}`);
  requests.ask('quiet', 'quiet');
});

test('a client that is gone before its turn holds up nobody', async () => {
  const requests = new Requests(2);
  requests.ask('a', 'first', true, 5);
  const leaves = Array.from({ length: 20 }, (_, i) => requests.ask('a', `gone-${i}`, true, 0));
  for (const leave of leaves) leave();
  requests.ask('a', 'last', true, 0);
  await turn();
  deepEqual(requests.begun, ['first', 'last']);
  equal(requests.turns.waiting, 0);
});
