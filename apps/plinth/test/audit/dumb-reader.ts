import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A second reader of exported audit logs, written as dumbly as the specifications allow and without any code of the
 * first: it reads all entries into memory, computes the root by the recursive definition, ignores the tiles, and checks
 * the signature of the checkpoint. Spec: RFC 6962 section 2.1; C2SP signed-note, tlog-checkpoint, tlog-tiles.
 *
 * @returns the entries
 * @throws Error saying what is wrong
 */
export function readDumbly(directory: string): string[] {
  const note = readFileSync(join(directory, 'checkpoint'), 'utf8');
  const [text = '', signatures = ''] = note.split('\n\n');
  const [origin, size, root] = text.split('\n');
  const [name, , ...rest] = readFileSync(join(directory, 'verifier'), 'utf8').trim().split('+');
  const key = rest.join('+');
  const signature = signatures.split('\n').find((line) => line.startsWith(`— ${name} `));
  const signed = Buffer.from(signature?.split(' ')[2] ?? '', 'base64').subarray(4);
  const spki = Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from(key, 'base64').subarray(1),
  ]);
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  if (!verify(null, Buffer.from(`${text}\n`), publicKey, signed))
    throw new Error('the signature does not hold');
  if (origin !== name) throw new Error(`the origin is ${origin}, the key is of ${name}`);
  const entries: string[] = [];
  for (let bundle = 0; entries.length < Number(size); bundle++) {
    const width = Math.min(256, Number(size) - entries.length);
    const bytes = readFileSync(bundlePath(directory, bundle, width));
    let at = 0;
    while (at < bytes.length) {
      const length = bytes.readUInt16BE(at);
      entries.push(bytes.subarray(at + 2, at + 2 + length).toString('latin1'));
      at += 2 + length;
    }
  }
  if (entries.length !== Number(size)) throw new Error(`there are ${entries.length} entries, not ${size}`);
  const found = hashOf(entries).toString('base64');
  if (found !== root) throw new Error(`the root is ${found}, signed was ${root}`);
  return entries.map((entry) => Buffer.from(entry, 'latin1').toString('utf8'));
}

function bundlePath(directory: string, bundle: number, width: number): string {
  const digits = String(bundle).padStart(Math.ceil(String(bundle).length / 3) * 3, '0');
  const parts = digits.match(/.../g) ?? [];
  const path = parts.map((part, i) => (i < parts.length - 1 ? `x${part}` : part)).join('/');
  const place = join(directory, 'tile', 'entries', path);
  return width < 256 && !existsSync(place) ? `${place}.p/${width}` : place;
}

/** The Merkle tree hash, as RFC 6962 defines it. */
function hashOf(entries: readonly string[]): Buffer {
  const hash = createHash('sha256');
  const [only] = entries;
  if (only === undefined) return hash.digest();
  if (entries.length === 1) return hash.update('\0').update(only, 'latin1').digest();
  let half = 1;
  while (half * 2 < entries.length) half *= 2;
  return hash
    .update('\x01')
    .update(hashOf(entries.slice(0, half)))
    .update(hashOf(entries.slice(half)))
    .digest();
}
