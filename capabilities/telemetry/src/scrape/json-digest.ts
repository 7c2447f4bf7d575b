import { createHash } from 'node:crypto';

/** The same for the same content. It stays in memory: it may be made of secrets. */
export function digestOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64');
}
