import type { IncomingMessage } from 'node:http';
import { badRequest, tooLarge } from '../model/status-error.ts';

const empty = Buffer.alloc(0);

/**
 * Reads a request body.
 * @throws StatusError 413 when it is larger than `limitBytes`; the rest of it is then not read
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limitBytes) {
    request.resume();
    return Promise.reject(tooLarge(limitBytes));
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) {
        reject(tooLarge(limitBytes));
        return;
      }
      chunks.push(chunk);
    });
    request.on('end', () => {
      const [first] = chunks;
      resolve(first === undefined ? empty : chunks.length === 1 ? first : Buffer.concat(chunks, bytes));
    });
    request.on('error', (error) => reject(badRequest(`the body was not received whole: ${error.message}`)));
    request.on('aborted', () => reject(badRequest('the body was not received whole')));
  });
}
