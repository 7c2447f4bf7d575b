import assert from 'node:assert/strict';
import { type StoredObject, StoreError, type StoreEvent, type StoreOperation } from '../port.ts';

/** The bucket that tests use. */
export const bucket = 't/core/configmaps/';

export function put(key: string, text: string, expect?: number): StoreOperation {
  const value = (revision: number): string => JSON.stringify({ text, revision });
  return expect === undefined ? { type: 'put', key, value } : { type: 'put', key, expect, value };
}

export function remove(key: string, expect?: number): StoreOperation {
  const value = (revision: number): string => JSON.stringify({ text: 'last', revision });
  return expect === undefined ? { type: 'delete', key, value } : { type: 'delete', key, expect, value };
}

export function textOf(object: StoredObject | undefined): string | undefined {
  if (object === undefined) return undefined;
  const value: unknown = JSON.parse(object.value);
  return typeof value === 'object' && value !== null && 'text' in value ? String(value.text) : undefined;
}

/** Resolves with the error that is thrown, which must be a refusal with this code. */
export async function refused(code: string, action: () => unknown): Promise<StoreError> {
  try {
    await action();
  } catch (error) {
    assert.ok(error instanceof StoreError, `not a refusal: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`not refused with '${code}'`);
}

/** Objects as `name=text`. */
export function names(objects: readonly StoredObject[]): string {
  return objects
    .map((object) => `${object.key.slice(object.key.lastIndexOf('/') + 1)}=${textOf(object)}`)
    .join(' ');
}

/** Events in words. */
export function story(events: readonly StoreEvent[]): string {
  return events
    .map(
      ({ type, object, previous }) =>
        `${type} ${names([object])}${previous ? ` was ${textOf(previous)}` : ''}`,
    )
    .join(', ');
}
