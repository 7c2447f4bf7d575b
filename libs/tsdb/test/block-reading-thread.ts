import fs from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { workerData } from 'node:worker_threads';
import { BlockSet } from '../src/block/block-set.ts';
import { plain, readPoints } from './block-samples.ts';

/** What the thread is given: the blocks, and words for `stop` (0) and the number of readings (1). */
export interface ReadingThreadData {
  readonly directory: string;
  readonly words: Int32Array;
}

const { directory, words } = workerData as ReadingThreadData;
const blocks = new BlockSet(fs, directory, {
  cacheBytes: 1 << 16,
  onCorrupt(error) {
    throw error;
  },
});
let first: unknown;
while (Atomics.load(words, 0) === 0) {
  blocks.refresh();
  using view = blocks.view();
  const found = plain(readPoints(view.select({ matchers: [], startMs: -Infinity, endMs: Infinity })));
  first ??= found;
  if (!isDeepStrictEqual(found, first))
    throw new Error('a reader saw other samples while blocks were merged');
  Atomics.add(words, 1, 1);
}
blocks.close();
