import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Digest, Ledger, numbered } from './ledger.ts';

/** An object at number 2 that was acknowledged at 1 before, as the ledger knows it. */
function ledgerAtTwo(): Ledger {
  const ledger = new Ledger();
  for (const number of [1, 2]) {
    ledger.attempt('o', number, number);
    ledger.acknowledge('o', 10 + number);
  }
  return ledger;
}

test('what is as acknowledged is right, and an older state, none or a torn one is named', () => {
  assert.deepEqual(ledgerAtTwo().settle([numbered('o', 2)]), []);
  assert.deepEqual(ledgerAtTwo().settle([numbered('o', 1)]), ['o was acknowledged at 2 and is at 1']);
  assert.deepEqual(ledgerAtTwo().settle([]), ['o was acknowledged at 2 and is at undefined']);
  const torn = { ...numbered('o', 2), data: { ...numbered('o', 2).data, fill: 'x' } };
  assert.match(ledgerAtTwo().settle([torn])[0] ?? '', /half there/);
});

test('a write without an answer may have happened or not, and then it stays so', () => {
  for (const happened of [true, false]) {
    const ledger = ledgerAtTwo();
    ledger.attempt('o', 3, 3);
    assert.deepEqual(ledger.settle([numbered('o', happened ? 3 : 2)]), []);
    assert.equal(ledger.happened.count, happened ? 3 : 2);
    assert.equal(ledger.settle([numbered('o', happened ? 2 : 3)]).length, 1);
  }
  const deleted = ledgerAtTwo();
  deleted.attempt('o', undefined, 2);
  assert.deepEqual(deleted.settle([]), []);
  assert.equal(deleted.known('o'), undefined);
});

test('a digest tells two sets of changes apart', () => {
  const digest = (...tokens: string[]): string => {
    const made = new Digest();
    for (const token of tokens) made.add(token);
    return String(made);
  };
  assert.equal(digest('a#1', 'b#2'), digest('b#2', 'a#1'));
  assert.notEqual(digest('a#1', 'b#2'), digest('a#1', 'b#3'));
  assert.notEqual(digest('a#1'), digest('a#1', 'a#1'));
});
