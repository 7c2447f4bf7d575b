import {
  appendEntries,
  appendLeaves,
  CHECKPOINT_PATH,
  emptyEdge,
  leafHash,
  parseSignerKey,
  parseVerifierKey,
  proveInclusion,
  signCheckpoint,
  signerKeyFromSeed,
  tilePath,
  verifyInclusion,
  verifyLog,
} from '@plinth/tlog';

const origin = 'log.example/audit';
const signerKey = signerKeyFromSeed(origin, new Uint8Array(32).fill(1)); // in earnest: 32 random bytes, kept secret
if (!signerKey.ok) throw new Error(signerKey.error.message);
const signer = parseSignerKey(signerKey.value);
if (!signer.ok) throw new Error(signer.error.message);

// Grow the log by 300 entries and write what has changed; the old tail and edge stay valid if that fails.
const entries = Array.from({ length: 300 }, (_, index) => Buffer.from(`entry ${index}`));
const bundles = appendEntries({ size: 0, bytes: new Uint8Array(0) }, entries);
if (!bundles.ok) throw new Error(bundles.error.message);
const { edge, tiles, root } = appendLeaves(emptyEdge, entries.map(leafHash));
const files = new Map([...bundles.value.bundles, ...tiles].map(({ tile, bytes }) => [tilePath(tile), bytes]));
const checkpoint = { origin, size: edge.size, root, extensions: [] };
const note = signCheckpoint(checkpoint, [signer.value]);
if (!note.ok) throw new Error(note.error.message);
files.set(CHECKPOINT_PATH, Buffer.from(note.value));

// Whoever has the files and the verifier key can verify all of it, or a single entry.
const read = (path: string) => Promise.resolve(files.get(path));
const verifier = parseVerifierKey(signer.value.verifierKey);
if (!verifier.ok) throw new Error(verifier.error.message);
export const whole = await verifyLog({ read, verifiers: [verifier.value] });
const proof = await proveInclusion(read, 42, 300);
const leaf = leafHash(Buffer.from('entry 42'));
export const included = verifyInclusion({ index: 42, size: 300, leaf, root }, proof);

// One changed byte is found and named.
files.get('tile/entries/000')?.fill(0x21, 505, 506);
export const tampered = await verifyLog({ read, verifiers: [verifier.value] });
