import type { StoredObject } from './port.ts';

/** One state of one object. Always built by this constructor, so that all states share one hidden class. */
export class StoredState implements StoredObject {
  readonly key: string;
  readonly value: string;
  readonly revision: number;

  constructor(key: string, value: string, revision: number) {
    this.key = key;
    this.value = value;
    this.revision = revision;
  }
}
