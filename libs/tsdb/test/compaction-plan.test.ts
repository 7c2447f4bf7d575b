import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type BlockSummary,
  type CompactionOptions,
  mergedMsMax,
  planCompaction,
} from '../src/block/compaction-plan.ts';

const hourMs = 3_600_000;
const options: CompactionOptions = { blockMs: 2 * hourMs, mergedMsMax: 54 * hourMs };

/** `0-2 2-4+`: hours, and a plus for tombstones; each block has a size of its number of hours. */
function blocksOf(text: string): BlockSummary[] {
  return text.split(' ').map((range) => {
    const [from = 0, to = 0] = range.replace('+', '').split('-').map(Number);
    return {
      name: range,
      minMs: from * hourMs,
      maxMs: to * hourMs - 1,
      sizeBytes: to - from,
      hasTombstones: range.endsWith('+'),
    };
  });
}

function planOf(text: string, more: Partial<CompactionOptions> = {}): string {
  const step = planCompaction(blocksOf(text), { ...options, ...more });
  return step ? `${step.kind} ${step.blocks.join(' ')} (${step.reason})` : 'nothing';
}

test('ranges are merged when they are past', () => {
  assert.equal(planOf('0-2 2-4'), 'nothing');
  assert.equal(planOf('0-2 2-4 4-6'), 'nothing');
  assert.equal(planOf('0-2 2-4 4-6 6-8'), 'merge 0-2 2-4 4-6 (range)');
  assert.equal(planOf('0-2 2-4 4-6', { newestMs: 6 * hourMs }), 'merge 0-2 2-4 4-6 (range)');
  // A gap does not hold a merge up, and a range has at least two blocks.
  assert.equal(planOf('0-2 4-6 12-14'), 'merge 0-2 4-6 (range)');
  assert.equal(planOf('2-4 6-8 18-20'), 'merge 2-4 6-8 (range)');
  // The blocks of a range need not have its own bounds; one that goes beyond it waits for a longer range.
  assert.equal(planOf('0-1 1-5 5-7 7-9 12-14'), 'merge 0-1 1-5 (range)');
  assert.equal(planOf('0-6 6-12 12-18 18-20'), 'merge 0-6 6-12 12-18 (range)');
  assert.equal(planOf('0-54 54-108 108-162 162-164'), 'nothing');
});

test('blocks before the epoch have ranges, too', () => {
  const blocks = blocksOf('0-2 2-4 4-6 6-8').map((block) => ({
    ...block,
    minMs: block.minMs - 6 * hourMs,
    maxMs: block.maxMs - 6 * hourMs,
  }));
  assert.deepEqual(planCompaction(blocks, options)?.blocks, ['0-2', '2-4', '4-6']);
});

test('overlaps are merged first, all that hang together', () => {
  assert.equal(planOf('0-2 2-4 1-3 8-10'), 'merge 0-2 1-3 2-4 (overlap)');
  assert.equal(planOf('0-2 4-6 5-7 6-8 9-11'), 'merge 4-6 5-7 6-8 (overlap)');
  assert.equal(planOf('0-20 4-6'), 'merge 0-20 4-6 (overlap)');
});

test('tombstones are taken out when there is nothing else to do', () => {
  assert.equal(planOf('0-2 2-4+'), 'rewrite 2-4+ (tombstones)');
  assert.equal(planOf('0-2 2-4+ 4-6 6-8'), 'merge 0-2 2-4+ 4-6 (range)');
});

test('retention drops whole blocks, the oldest first', () => {
  assert.equal(planOf('0-2 2-4 4-6 6-8', { retentionMs: 4 * hourMs }), 'drop 0-2 (time)');
  assert.equal(planOf('0-2 2-4', { retentionMs: 4 * hourMs }), 'nothing');
  assert.equal(planOf('0-2 2-4', { retentionMs: hourMs, newestMs: 20 * hourMs }), 'drop 0-2 2-4 (time)');
  assert.equal(planOf('0-2 2-4 4-6 6-8', { retentionBytes: 5 }), 'drop 0-2 2-4 (size)');
  assert.equal(planOf('0-2 2-4', { retentionBytes: 4 }), 'nothing');
  assert.equal(planOf('0-20 2-4', { retentionBytes: 21 }), 'drop 2-4 (size)');
});

test('the longest block is a tenth of the retention, at most 31 days', () => {
  assert.equal(mergedMsMax(undefined), 31 * 24 * hourMs);
  assert.equal(mergedMsMax(3650 * 24 * hourMs), 31 * 24 * hourMs);
  assert.equal(mergedMsMax(20 * hourMs), 2 * hourMs);
});

test('compaction ends with few blocks that do not overlap, whatever there was', () => {
  const block = fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 10 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(block, { maxLength: 60 }), (several) => {
      let next = 0;
      let blocks: BlockSummary[] = several.map(([from, hours, hasTombstones]) => ({
        name: String(next++),
        minMs: from * hourMs,
        maxMs: (from + hours) * hourMs - 1,
        sizeBytes: hours,
        hasTombstones,
      }));
      for (let steps = 0; ; steps++) {
        assert.ok(steps <= several.length * 2, 'it does not end');
        const step = planCompaction(blocks, options);
        if (!step) break;
        const taken = blocks.filter(({ name }) => step.blocks.includes(name));
        assert.equal(taken.length, step.blocks.length);
        blocks = blocks.filter((kept) => !taken.includes(kept));
        blocks.push({
          name: String(next++),
          minMs: Math.min(...taken.map(({ minMs }) => minMs)),
          maxMs: Math.max(...taken.map(({ maxMs }) => maxMs)),
          sizeBytes: taken.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
          hasTombstones: false,
        });
      }
      blocks.sort((one, other) => one.minMs - other.minMs);
      for (const [i, { minMs }] of blocks.entries())
        assert.ok(i === 0 || minMs > (blocks[i - 1]?.maxMs ?? 0));
      assert.equal(
        blocks.some(({ hasTombstones }) => hasTombstones),
        false,
      );
    }),
  );
});
