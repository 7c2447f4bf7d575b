import type { Image } from './image.ts';
import { ImageLoader, type Loaded } from './image-loader.ts';
import { loadChunksAhead } from './limits.ts';
import type { StoreCipher } from './port.ts';
import type { SqliteReply } from './sqlite-protocol.ts';
import type { SqliteThread } from './sqlite-thread.ts';

/** Fills the image from the log. The thread reads and checks the next chunks while this takes in the last. */
export async function loadImage(
  thread: SqliteThread,
  image: Image,
  compacted: number,
  cipher: StoreCipher | undefined,
): Promise<Loaded> {
  const loader = new ImageLoader(image, compacted, cipher);
  const asked: Promise<SqliteReply>[] = [];
  for (let i = 0; i < loadChunksAhead; i++) asked.push(thread.ask({ type: 'read' }));
  for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
    const reply = await next;
    if (reply.type !== 'rows') throw new Error(`the writer thread answered '${reply.type}' to 'read'`);
    if (!reply.last) asked.push(thread.ask({ type: 'read' }));
    for (const damage of reply.damages) loader.damaged(damage);
    loader.take(reply.rows);
  }
  return loader.finish();
}
