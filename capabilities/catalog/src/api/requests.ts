import { isRecord } from '@plinth/backstage-catalog';
import { type HttpReply, type HttpRequest, StatusError } from '@plinth/kernel';

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function jsonReply(status: number, value: unknown): HttpReply {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

/** The object that a request has as its body. @throws StatusError 400 */
export function bodyOf({ body }: HttpRequest): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw badRequest(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (isRecord(value)) return value;
  throw badRequest('the body: expected an object');
}

/** @throws StatusError 400 */
export function textsIn(value: unknown, name: string): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter((one) => typeof one === 'string');
  if (texts.length === list.length) return texts;
  throw badRequest(`${name}: expected a list of texts`);
}

/** A whole number; undefined where none is given. @throws StatusError 400 */
export function numberOf(value: unknown, name: string, min: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  const found = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof found === 'number' && Number.isSafeInteger(found) && found >= min) return found;
  throw badRequest(`${name}: expected a whole number from ${min}, found ${JSON.stringify(value)}`);
}
