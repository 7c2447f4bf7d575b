import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  appendEntries,
  appendLeaves,
  CHECKPOINT_PATH,
  emptyEdge,
  leafHash,
  parseSignerKey,
  type Result,
  signCheckpoint,
  signerKeyFromSeed,
  tilePath,
} from '@plinth/tlog';

/** The whole-log verifier of transparency-dev's Tessera, built by the Go toolchain from the Go module proxy. */
const FSCK = 'github.com/transparency-dev/tessera/cmd/fsck@v1.0.4';

interface Log {
  readonly files: Map<string, Uint8Array>;
  readonly verifierKey: string;
}

function valueOf<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}

/** A log that grew to these sizes, one after the other, with the partial tiles that it left behind. */
function logOfSizes(...sizes: readonly number[]): Log {
  const signer = valueOf(
    parseSignerKey(valueOf(signerKeyFromSeed('log.example/audit', Buffer.alloc(32, 7)))),
  );
  const files = new Map<string, Uint8Array>();
  let tail = { size: 0, bytes: new Uint8Array(0) };
  let edge = emptyEdge;
  for (const size of sizes) {
    const entries = Array.from({ length: size - edge.size }, (_, at) =>
      Buffer.from(`entry ${edge.size + at}`),
    );
    const bundles = valueOf(appendEntries(tail, entries));
    const growth = appendLeaves(edge, entries.map(leafHash));
    for (const { tile, bytes } of [...bundles.bundles, ...growth.tiles]) files.set(tilePath(tile), bytes);
    tail = { size: bundles.tail.size, bytes: Uint8Array.from(bundles.tail.bytes) };
    edge = growth.edge;
    const checkpoint = { origin: signer.name, size, root: growth.root, extensions: [] };
    files.set(CHECKPOINT_PATH, Buffer.from(valueOf(signCheckpoint(checkpoint, [signer]))));
  }
  return { files, verifierKey: signer.verifierKey };
}

/** Builds the verifier; undefined, with the reason told, where that cannot be done. */
function buildFsck(t: TestContext, folder: string): string | undefined {
  const hasGo = spawnSync('go', ['version']).status === 0;
  const built = hasGo
    ? spawnSync('go', ['install', FSCK], { env: { ...process.env, GOBIN: folder } })
    : undefined;
  if (built?.status === 0) return join(folder, 'fsck');
  t.skip(hasGo ? `go install ${FSCK} failed: ${built?.stderr}` : 'the Go toolchain is not on PATH');
  return undefined;
}

/** What the verifier prints: ranges of tiles and bundles, each OK, Invalid or Unchecked. It ends by itself only when all is well. */
function report(fsck: string, folder: string, log: Log): string {
  const place = mkdtempSync(join(folder, 'log-'));
  for (const [path, bytes] of log.files) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), bytes);
  }
  const key = join(folder, 'key');
  writeFileSync(key, log.verifierKey);
  const options = [
    `--storage_url=file://${place}`,
    `--public_key=${key}`,
    '--ui=false',
    '-v=1',
    '--logtostderr',
  ];
  const { stdout, stderr } = spawnSync(fsck, options, { timeout: 5000 });
  return `${stdout}${stderr}`;
}

test("Tessera's verifier finds our logs whole, and a changed entry wrong", (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tlog-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const fsck = buildFsck(t, folder);
  if (fsck === undefined) return;
  for (const sizes of [[1], [255], [256], [257], [3, 200, 300, 600], [65_535, 65_536], [70_000]]) {
    const printed = report(fsck, folder, logOfSizes(...sizes));
    assert.match(printed, /EntryBdl:[^A-Z]*:OK/, printed);
    const states = new Set(printed.slice(printed.lastIndexOf('Tiles/')).match(/OK|Invalid|Unchecked/g));
    assert.deepEqual(states, new Set(['OK']), printed);
  }
  const tampered = logOfSizes(600);
  const bundle = tampered.files.get('tile/entries/001') ?? new Uint8Array(0);
  tampered.files.set('tile/entries/001', bundle.with(40, (bundle[40] ?? 0) ^ 1));
  assert.match(report(fsck, folder, tampered), /\[1, 2\):Invalid/);
});
