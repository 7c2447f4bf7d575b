import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  appendLeaves,
  edgeRoot,
  emptyEdge,
  leafHash,
  openNote,
  parseSignerKey,
  parseVerifierKey,
  signCheckpoint,
} from '../src/index.ts';
import { logOfSizes, valueOf } from './memory-log.ts';

/**
 * The log in testdata/ of transparency-dev/tessera v1.0.4, made by its posix-oneshot with this published key: entries as in
 * build_log.sh, roots as in checkpoint.0 to checkpoint.15, the note as in checkpoint.15.
 */
const SIGNER_KEY =
  'PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg';
const ENTRIES = 'one two three four five six seven eit nain ten ileven twelf threeten fourten fivten'.split(
  ' ',
);
const ROOTS = [
  '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  '0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=',
  'T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4=',
  'Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=',
  'zY1lN35vrXYAPixXSd59LsU29xUJtuW4o2dNNg5Y2Co=',
  'gy5gl3aksFyiCO95a/1vLXz88A3dRq+0l9Sxte8ZqZQ=',
  'a6sWvsc2eEzmj72vah7mZ5dwFltivehh2b11qwlp5Jg=',
  'IrSXADBqJ7EQoUODSDKROySgNveeL6CFhik2w/+fS7U=',
  'bC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY=',
  'CvhHViE3S9E3htHLR+25mapWoGCJ3WckMq1UtC3VmEY=',
  'y8/gZsZCtitsMan09tY+k8I7Qpr7Y5fbO2tLi9GQnfU=',
  'Yok1cS5VdokGLBy73BC2I16b3atss6KBN9jnIi6Fz/A=',
  'uZo6M+IhVna+CLgWCrJs0xBPUHbozHkYTQASduHSLME=',
  'av0kLH0VkkVDrTuZzBGIx7d9z5G1l/GlKz/nAV/8woQ=',
  'SvCd38yNade7xEPY1a/aAc1M3A2AHYVF8lIiUnsH1ao=',
  'rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=',
];
const CHECKPOINT =
  'example.com/log/testdata\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n\n' +
  '— example.com/log/testdata M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n';

test('the log that Tessera made comes out byte for byte', () => {
  let edge = emptyEdge;
  const roots = [edgeRoot(edge)];
  for (const entry of ENTRIES) {
    edge = appendLeaves(edge, [leafHash(Buffer.from(entry))]).edge;
    roots.push(edgeRoot(edge));
  }
  assert.deepEqual(
    roots.map((root) => Buffer.from(root).toString('base64')),
    ROOTS,
  );
  const signer = valueOf(parseSignerKey(SIGNER_KEY));
  const checkpoint = { origin: signer.name, size: edge.size, root: edgeRoot(edge), extensions: [] };
  assert.equal(valueOf(signCheckpoint(checkpoint, [signer])), CHECKPOINT);
});

test("a cosignature that transparency-dev's formats/note made holds", () => {
  // NewSignerForCosignatureV1 of formats v0.0.0-20251017110053-404c0d5b696c, over the log of 300 entries of these tests.
  const cosigned =
    '— witness.example/w1 JLXZ/gAAAABrAZPOb+X3t2CHtCD7fKcw6AAGfIW1YNyS32HtaTvkgmDNxxF+pAj3T04TBFee6Qp3Sy4OKvuk+80Yx3bnsn2AuQfOAg==\n';
  const verifierKey = 'witness.example/w1+24b5d9fe+BP0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY';
  const witness = valueOf(parseVerifierKey(verifierKey));
  const own = Buffer.from(logOfSizes(300).files.get('checkpoint') ?? []).toString();
  const opened = valueOf(openNote(Buffer.from(own + cosigned), [witness]));
  assert.deepEqual([opened.verified.length, opened.unknown.length], [1, 1]);
});
