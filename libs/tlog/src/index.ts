export {
  type Checkpoint,
  formatCheckpoint,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
export { makeConsistencyProof, type TreeHead, verifyConsistency } from './consistency-proof.ts';
export {
  appendEntries,
  type BundleGrowth,
  type BundleTail,
  ENTRY_BYTES_MAX,
  formatEntryBundle,
  parseEntryBundle,
} from './entry-bundle.ts';
export { type InclusionClaim, makeInclusionProof, verifyInclusion } from './inclusion-proof.ts';
export type { DifferenceKind, LogDifference } from './log-difference.ts';
export type { Malformed, Result, Verdict } from './malformed.ts';
export { completeRoot, emptyRoot, HASH_BYTES, leafHash, nodeHash, sameHash } from './merkle-hash.ts';
export {
  appendLeaves,
  type EdgeGrowth,
  edgeRoot,
  emptyEdge,
  type RightEdge,
  restoreEdge,
} from './right-edge.ts';
export {
  formatNote,
  NOTE_BYTES_MAX,
  NOTE_SIGNATURES_MAX,
  type NoteSignature,
  type OpenedNote,
  openNote,
  parseNote,
  type SignedNote,
  signNote,
} from './signed-note.ts';
export { parseCosignerKey, parseSignerKey, type Signer, signerKeyFromSeed } from './signer-key.ts';
export {
  CHECKPOINT_PATH,
  edgeTiles,
  expectedPaths,
  parseTilePath,
  type StoredTile,
  TILE_BYTES,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tilesForGrowth,
  tilesOf,
  tileWidth,
} from './tile.ts';
export {
  type LogRead,
  proveConsistency,
  proveInclusion,
  TileUnreadable,
  tileHashReader,
} from './tile-reader.ts';
export { coveringNodes, type HashReader, type LeafRange, type TreeNode, treeRoot } from './tree-node.ts';
export { parseVerifierKey, type Verifier } from './verifier-key.ts';
export { type LogVerdict, type LogVerification, verifyLog } from './verify-log.ts';
