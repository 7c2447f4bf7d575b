import { type Store, type StoredObject, StoreError, type StoreEvent, type Watcher } from '../store/port.ts';
import { eventsPerRead } from './limits.ts';

/** What is told of a bucket. */
export interface BucketListener {
  /** All that is there now; also called again after the follower fell behind. */
  listed?(objects: readonly StoredObject[]): void;
  changed(event: StoreEvent): void;
  /** A batch of changes has been told. */
  rested?(): void;
  fault(what: string, error: unknown): void;
}

/**
 * Follows the changes of one bucket of the store, as it is stored.
 *
 * @param prefix the bucket, with its closing slash
 * @returns what ends it
 */
export function followBucket(store: Store, prefix: string, listener: BucketListener): () => void {
  let watcher: Watcher | undefined;
  let isReading = false;
  let isOver = false;
  const read = (): void => {
    if (isReading || isOver || !watcher) return;
    isReading = true;
    try {
      const events = watcher.read(eventsPerRead);
      for (const event of events) tell(listener, event);
      if (events.length > 0) listener.rested?.();
      // Requests come in between, however many changes there are.
      if (events.length === eventsPerRead) setImmediate(read);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'compacted') throw error;
      listener.fault(`following ${prefix} fell behind and starts again`, error);
      setImmediate(begin);
    } finally {
      isReading = false;
    }
  };
  const begin = (): void => {
    watcher?.close();
    if (isOver) return;
    const { objects, revision } = store.list(prefix);
    watcher = store.watch(prefix, revision, read);
    listener.listed?.(objects);
    read();
  };
  begin();
  return () => {
    isOver = true;
    watcher?.close();
  };
}

function tell(listener: BucketListener, event: StoreEvent): void {
  try {
    listener.changed(event);
  } catch (error) {
    listener.fault(`a change of ${event.object.key} could not be taken in`, error);
  }
}
