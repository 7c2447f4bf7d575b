import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';

type Header = Parameters<typeof packTar>[0][number]['header'];

/** A gzipped tar archive with entries that no decent program writes. */
export async function tarOf(
  entries: readonly (readonly [name: string, content: string, more?: Partial<Header>])[],
): Promise<Buffer> {
  return gzipSync(
    await packTar(
      entries.map(([name, content, more]) => ({
        header: { name, size: more?.type && more.type !== 'file' ? 0 : Buffer.byteLength(content), ...more },
        body: content,
      })),
    ),
  );
}
