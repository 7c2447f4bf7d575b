import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Image } from '../image.ts';
import { HistoryCuts } from '../postgres/history-cuts.ts';
import { StoredState } from '../stored-state.ts';

/** An image of one object that was written ten times: the row of each revision but the last is superseded by the next. */
function imageOfTen(): Image {
  const image = new Image();
  for (let revision = 1; revision <= 10; revision++) {
    image.apply([{ type: 'put', state: new StoredState('t/core/configmaps/n/a', 'x', revision) }]);
  }
  return image;
}

test('who cuts the history deletes the rows, whoever else does not', () => {
  const image = imageOfTen();
  const cuts = new HistoryCuts(image);
  cuts.show(3);
  assert.equal(image.compactedRevision, 3);
  cuts.begin(5);
  assert.deepEqual(cuts.settle(), [3, 4]);
  assert.equal(image.compactedRevision, 5);
  assert.deepEqual(cuts.settle(), []);
});

test('a look that shows a cut before its commit is answered, or one made after it, takes nothing away', () => {
  for (const shown of [[5], [5, 8], [8], [4, 8]]) {
    const cuts = new HistoryCuts(imageOfTen());
    cuts.begin(5);
    for (const compacted of shown) cuts.show(compacted);
    const others = shown.includes(4) ? [4] : [1, 2, 3, 4];
    assert.deepEqual(cuts.settle(), others, `after looks at ${shown.join(', ')}`);
  }
});

test('a cut that fails deletes nothing, and the next one is complete', () => {
  const cuts = new HistoryCuts(imageOfTen());
  cuts.begin(5);
  cuts.begin(undefined);
  assert.deepEqual(cuts.settle(), []);
  cuts.begin(6);
  assert.deepEqual(cuts.settle(), [1, 2, 3, 4, 5]);
});

test('rows that an image that was read anew does not know of go with the cut behind them', () => {
  const cuts = new HistoryCuts(imageOfTen());
  cuts.show(9);
  cuts.replace([
    { revision: 4, at: 7 },
    { revision: 5, at: 8 },
    { revision: 6, at: 9 },
  ]);
  cuts.show(7);
  cuts.begin(8);
  assert.deepEqual(cuts.settle(), [5]);
  cuts.begin(10);
  assert.deepEqual(cuts.settle(), [9, 6]);
});
