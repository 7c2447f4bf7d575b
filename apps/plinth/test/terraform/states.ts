import { at, type HttpsClient } from '../harness/https-client.ts';

/** A state of a serial, whose writer can be told from it. */
export function stateText(serial: number, writer: string, pad = ''): string {
  return JSON.stringify({
    version: 4,
    terraform_version: '1.11.4',
    serial,
    lineage: 'one',
    outputs: { writer: { value: writer, type: 'string' } },
    resources: [],
    pad,
  });
}

/** Writes a state as clients do: under a lock that is given back. @throws when one of it is refused */
export async function writeState(client: HttpsClient, path: string, body: string): Promise<void> {
  const lock = { ID: 'a-lock', Operation: 'OperationTypeApply' };
  const locked = await client.send('LOCK', path, { body: lock });
  expect('LOCK', locked.status, 200, locked.text);
  const written = await client.send('POST', `${path}?ID=${lock.ID}`, { body });
  expect('POST', written.status, 200, written.text);
  const unlocked = await client.send('UNLOCK', path, { body: lock });
  expect('UNLOCK', unlocked.status, 200, unlocked.text);
}

/** A version that was acknowledged. */
export interface Written {
  readonly serial: number;
  readonly writer: string;
}

/** A client that locks a state, writes the next version, and unlocks, as `terraform apply` does. */
export class Applier {
  readonly writer: string;
  readonly path: string;
  readonly acknowledged: Written[] = [];
  /** What was sent and not answered: it may be there or not. */
  open: Written | undefined;
  #count = 0;

  constructor(writer: string, path: string) {
    this.writer = writer;
    this.path = path;
  }

  /** @returns false when the lock was held by another one. @throws when the server is gone, or answers what it must not */
  async apply(client: HttpsClient): Promise<boolean> {
    const lock = { ID: `${this.writer}-${++this.#count}`, Operation: 'OperationTypeApply', Who: this.writer };
    const locked = await client.send('LOCK', this.path, { body: lock });
    if (locked.status === 423) return false;
    expect('LOCK', locked.status, 200, locked.text);
    const read = await client.send('GET', this.path);
    if (read.status !== 404) expect('GET', read.status, 200, read.text);
    const next = {
      serial: read.status === 404 ? 1 : Number(at(read.json, 'serial')) + 1,
      writer: this.writer,
    };
    this.open = next;
    const body = stateText(next.serial, next.writer, 'x'.repeat(2_000));
    const written = await client.send('POST', `${this.path}?ID=${lock.ID}`, { body });
    expect('POST', written.status, 200, written.text);
    this.acknowledged.push(next);
    this.open = undefined;
    const unlocked = await client.send('UNLOCK', this.path, { body: lock });
    expect('UNLOCK', unlocked.status, 200, unlocked.text);
    return true;
  }
}

function expect(what: string, found: number, wanted: number, text: string): void {
  if (found !== wanted) throw new Error(`${what} was answered with ${found}: ${text}`);
}
