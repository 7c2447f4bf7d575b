import assert from 'node:assert/strict';
import { test } from 'node:test';
import { xxhash64 } from '../src/engine/xxhash64.ts';

test('hashes of texts, as published', () => {
  const hash = (text: string): string => xxhash64(new TextEncoder().encode(text)).toString(16);
  assert.equal(hash(''), 'ef46db3751d8e999');
  assert.equal(hash('a'), 'd24ec4f1a98c6e5b');
  assert.equal(hash('xxhash'), '32dd38952c4bc720');
  assert.equal(hash('Nobody inspects the spammish repetition'), 'fbcea83c8a378bf1');
});
