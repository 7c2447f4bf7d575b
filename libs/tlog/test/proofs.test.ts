import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  emptyRoot,
  type HashReader,
  leafHash,
  makeConsistencyProof,
  makeInclusionProof,
  nodeHash,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../src/index.ts';
import { DumbTree } from './dumb-tree.ts';
import { someEntries } from './memory-log.ts';

/** Inputs and hashes from transparency-dev/merkle, testonly/constants.go, which come from RFC 6962's reference code. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
/** Leaf index, tree size, proof: transparency-dev/merkle, proof/verify_test.go (where the index counts from 1). */
const INCLUSION: ReadonlyArray<readonly [number, number, readonly string[]]> = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    1,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];
/** First size, second size, proof: from the same file. */
const CONSISTENCY: ReadonlyArray<readonly [number, number, readonly string[]]> = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [
    2,
    5,
    [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
  [
    6,
    7,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
];

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const hexes = (hashes: readonly Uint8Array[]): string[] =>
  hashes.map((hash) => Buffer.from(hash).toString('hex'));

/** Complete subtrees straight from the dumb tree, so that only the arithmetic of proofs is under test. */
function readerOf(tree: DumbTree): HashReader {
  return (nodes) =>
    Promise.resolve(nodes.map(({ level, index }) => tree.mth(index * 2 ** level, (index + 1) * 2 ** level)));
}

/** Shapes of a proof that must not pass. */
function mangled(proof: readonly Uint8Array[]): Uint8Array[][] {
  const flipped = proof.map((_, at) =>
    proof.map((hash, position) =>
      position === at ? Uint8Array.from(hash, (byte, i) => (i === 31 ? byte ^ 1 : byte)) : hash,
    ),
  );
  const short = proof.map((hash, at) => (at === 0 ? hash.subarray(1) : hash));
  return [
    ...flipped,
    [...proof, Buffer.alloc(32)],
    [Buffer.alloc(32), ...proof],
    ...(proof.length > 0 ? [proof.slice(1), proof.slice(0, -1), short] : []),
  ];
}

test('the vectors of the reference code', async () => {
  const entries = LEAVES.map(bytes);
  const read = readerOf(new DumbTree(entries));
  for (const [size, root] of ROOTS.entries()) {
    assert.equal(Buffer.from(await treeRoot(read, size)).toString('hex'), root);
  }
  assert.equal(Buffer.from(emptyRoot()).toString('hex'), ROOTS[0]);
  for (const [index, size, proof] of INCLUSION) {
    assert.deepEqual(hexes(await makeInclusionProof(read, index, size)), proof);
    const claim = {
      index,
      size,
      leaf: leafHash(entries[index] ?? bytes('')),
      root: bytes(ROOTS[size] ?? ''),
    };
    assert.deepEqual(verifyInclusion(claim, proof.map(bytes)), { ok: true });
  }
  for (const [first, second, proof] of CONSISTENCY) {
    assert.deepEqual(hexes(await makeConsistencyProof(read, first, second)), proof);
    const heads = [first, second].map((size) => ({ size, root: bytes(ROOTS[size] ?? '') })) as [
      { size: number; root: Buffer },
      { size: number; root: Buffer },
    ];
    assert.deepEqual(verifyConsistency(...heads, proof.map(bytes)), { ok: true });
  }
});

test('the example of RFC 6962, section 2.1.3', async () => {
  // A tree of seven leaves d0..d6: PATH(0) is [b, h, l], PATH(3) [c, g, l], PATH(4) [f, j, k], PATH(6) [i, k];
  // PROOF(3) is [c, d, g, l], PROOF(4) is [l], PROOF(6) is [i, j, k].
  const [a, b, c, d, e, f, j] = Array.from({ length: 7 }, (_, index) => leafHash(Buffer.from(`d${index}`)));
  assert.ok(a && b && c && d && e && f && j);
  const [g, h, i] = [nodeHash(a, b), nodeHash(c, d), nodeHash(e, f)];
  const [k, l] = [nodeHash(g, h), nodeHash(i, j)];
  const read = readerOf(new DumbTree((index) => Buffer.from(`d${index}`)));
  assert.deepEqual(hexes(await makeInclusionProof(read, 0, 7)), hexes([b, h, l]));
  assert.deepEqual(hexes(await makeInclusionProof(read, 3, 7)), hexes([c, g, l]));
  assert.deepEqual(hexes(await makeInclusionProof(read, 4, 7)), hexes([f, j, k]));
  assert.deepEqual(hexes(await makeInclusionProof(read, 6, 7)), hexes([i, k]));
  assert.deepEqual(hexes(await makeConsistencyProof(read, 3, 7)), hexes([c, d, g, l]));
  assert.deepEqual(hexes(await makeConsistencyProof(read, 4, 7)), hexes([l]));
  assert.deepEqual(hexes(await makeConsistencyProof(read, 6, 7)), hexes([i, j, k]));
});

/** Checks one inclusion proof against the definition, and that nothing like it passes. */
async function checkInclusion(tree: DumbTree, leaf: Uint8Array, index: number, size: number): Promise<void> {
  const proof = await makeInclusionProof(readerOf(tree), index, size);
  assert.deepEqual(hexes(proof), hexes(tree.path(index, 0, size)));
  const claim = { index, size, leaf, root: tree.mth(0, size) };
  assert.deepEqual(verifyInclusion(claim, proof), { ok: true });
  for (const wrong of mangled(proof)) assert.ok(!verifyInclusion(claim, wrong).ok);
  assert.ok(!verifyInclusion({ ...claim, leaf: leafHash(Buffer.from('another')) }, proof).ok);
  assert.ok(!verifyInclusion({ ...claim, index: size }, proof).ok);
  assert.ok(!verifyInclusion({ ...claim, index: -1 }, proof).ok);
  assert.ok(size === 1 || !verifyInclusion({ ...claim, index: index === 0 ? 1 : index - 1 }, proof).ok);
}

async function checkConsistency(tree: DumbTree, first: number, second: number): Promise<void> {
  const proof = await makeConsistencyProof(readerOf(tree), first, second);
  assert.deepEqual(hexes(proof), first === 0 ? [] : hexes(tree.proof(first, second)));
  const [a, b] = [first, second].map((size) => ({ size, root: tree.mth(0, size) }));
  assert.ok(a && b);
  assert.deepEqual(verifyConsistency(a, b, proof), { ok: true });
  for (const wrong of mangled(proof)) assert.ok(!verifyConsistency(a, b, wrong).ok);
  const other = leafHash(Buffer.from('another'));
  assert.ok(!verifyConsistency({ ...a, root: other }, b, proof).ok);
  if (first !== 0 && first !== second) assert.ok(!verifyConsistency(a, { ...b, root: other }, proof).ok);
  if (first !== second) assert.ok(!verifyConsistency(b, a, proof).ok);
}

test('all proofs of all trees up to 40 entries are those of the definition', async () => {
  const entries = someEntries(40);
  const tree = new DumbTree(entries);
  for (let size = 0; size <= 40; size++) {
    for (let index = 0; index < size; index++) {
      await checkInclusion(tree, leafHash(entries[index] ?? bytes('')), index, size);
    }
    for (let first = 0; first <= size; first++) await checkConsistency(tree, first, size);
  }
});

test('roots of all sizes 0 to 600, and some proofs of each, are those of the definition', async () => {
  const entries = someEntries(600);
  const tree = new DumbTree(entries);
  for (let size = 0; size <= 600; size++) {
    assert.deepEqual(hexes([await treeRoot(readerOf(tree), size)]), hexes([tree.mth(0, size)]));
    for (const index of new Set([0, size >> 1, 255, 256, 511, 512, size - 1])) {
      if (index >= 0 && index < size) {
        await checkInclusion(tree, leafHash(entries[index] ?? bytes('')), index, size);
      }
      if (index >= 0 && index <= size) await checkConsistency(tree, index, size);
    }
  }
});

test('proofs across 65,536 entries are those of the definition', async () => {
  const entries = someEntries(66_000);
  const tree = new DumbTree(entries);
  for (const size of [65_535, 65_536, 65_537, 65_792, 65_793, 66_000]) {
    for (const index of [0, 1, 255, 256, 32_768, 65_279, 65_280, 65_534, 65_535, 65_536, 65_999]) {
      if (index < size) await checkInclusion(tree, leafHash(entries[index] ?? bytes('')), index, size);
      if (index <= size) await checkConsistency(tree, index, size);
    }
  }
});

/**
 * A tree of any size in which all leaves but one are the same, so that its hashes can be told without looking at
 * every leaf; the odd one makes positions matter.
 */
class UniformTree extends DumbTree {
  readonly #odd: number;
  readonly #uniform = new Map<number, Buffer>();

  constructor(odd: number) {
    super((index) => Buffer.from(index === odd ? 'odd' : 'same'));
    this.#odd = odd;
  }

  override mth(start: number, end: number): Buffer {
    const isUniform = this.#odd < start || this.#odd >= end;
    const known = isUniform ? this.#uniform.get(end - start) : undefined;
    if (known !== undefined) return known;
    const hash = super.mth(start, end);
    if (isUniform) this.#uniform.set(end - start, hash);
    return hash;
  }
}

test('proofs of trees of up to 2^53 - 1 entries are those of the definition', async () => {
  const sizes = fc.oneof(
    fc.maxSafeNat().map((size) => Math.max(1, size)),
    fc.integer({ min: 0, max: 52 }).map((power) => 2 ** power),
    fc.integer({ min: 31, max: 53 }).map((power) => 2 ** power - 1),
    fc.integer({ min: 31, max: 52 }).map((power) => 2 ** power + 1),
  );
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      async (size, share) => {
        const index = Math.floor(size * share);
        const tree = new UniformTree(index);
        await checkInclusion(tree, leafHash(Buffer.from('odd')), index, size);
        await checkConsistency(tree, index, size);
        await checkConsistency(tree, index + 1, size);
      },
    ),
    {
      numRuns: 200,
      examples: [
        [Number.MAX_SAFE_INTEGER, 0.999999999],
        [2 ** 52, 0],
        [2 ** 32, 0.5],
      ],
    },
  );
});

test('refuses what cannot be asked', async () => {
  const read = readerOf(new DumbTree(someEntries(4)));
  await assert.rejects(makeInclusionProof(read, 4, 4), /no entry 4 in a tree of size 4/);
  await assert.rejects(makeInclusionProof(read, -1, 4), RangeError);
  await assert.rejects(makeInclusionProof(read, 0, 2 ** 53), /must be an integer from 0 to 2\^53 - 1/);
  await assert.rejects(makeConsistencyProof(read, 3, 2), /size 2 does not contain one of size 3/);
  await assert.rejects(treeRoot(read, 1.5), RangeError);
  await assert.rejects(
    treeRoot(() => Promise.resolve([]), 3),
    /gave 0 hashes for 2 nodes/,
  );
  await assert.rejects(
    treeRoot((nodes) => Promise.resolve(nodes.map(() => Buffer.alloc(31))), 3),
    /31 bytes, expected 32/,
  );
  const notEmpty = verifyConsistency(
    { size: 0, root: Buffer.alloc(32) },
    { size: 0, root: Buffer.alloc(32) },
    [],
  );
  assert.match(notEmpty.ok ? '' : notEmpty.reason, /hash of nothing/);
});
