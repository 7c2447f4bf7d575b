import { bucketOf } from './key.ts';
import { type KeyOperation, StoreError, type StoreOperation } from './port.ts';
import { checkUsagePrefix } from './usage.ts';

/** @throws TypeError for a key or prefix that makes no sense, or when a key is changed twice */
export function checkBatch(operations: readonly StoreOperation[]): void {
  if (operations.length === 1 && operations[0] !== undefined) {
    const [only] = operations;
    if (only.type === 'bound') checkUsagePrefix(only.prefix);
    else bucketOf(only.key);
    return;
  }
  const changed = new Set<string>();
  for (const operation of operations) {
    if (operation.type === 'bound') {
      checkUsagePrefix(operation.prefix);
      continue;
    }
    const { type, key } = operation;
    bucketOf(key);
    if (type === 'check') continue;
    if (changed.has(key)) throw new TypeError(`a batch changes ${key} twice`);
    changed.add(key);
  }
}

/**
 * Checks what an operation expects.
 * @param actual the revision that its object has now; 0 when there is none
 * @throws StoreError `conflict`
 */
export function checkExpectation(operation: KeyOperation, actual: number): void {
  const { type, key, expect } = operation;
  if (expect !== undefined && expect !== actual) {
    const found = actual === 0 ? 'does not exist' : `is at revision ${actual}`;
    const expected = expect === 0 ? 'to be absent' : `to be at revision ${expect}`;
    throw new StoreError('conflict', `${key} ${found}, but was expected ${expected}`, { key, actual });
  }
  if (type === 'delete' && actual === 0) {
    throw new StoreError('conflict', `${key} does not exist and cannot be deleted`, { key, actual });
  }
}

/** An error of its own for each refused caller: a stack and `cause` that belong to it. */
export function renewed(error: StoreError): StoreError {
  const details = error.hint === undefined ? {} : { hint: error.hint };
  return new StoreError(error.code, error.message, { ...details, cause: error.cause ?? error });
}
