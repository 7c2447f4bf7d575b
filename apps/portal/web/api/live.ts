import { useEffect, useState } from 'react';
import { ApiError, json, messageOf, watch } from './client.ts';
import { textAt } from './json.ts';

const againMs = 2_000;
const settleMs = 120;

/** Resolves when the page is seen: connections of pages that nobody sees are given back, for a browser has few. */
function isSeen(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', () => resolve(), { once: true, signal });
  });
}

/** What is done with what a list and its watch bring. */
export interface LiveTarget {
  /** The list as it is now; may be called again. */
  readonly reset: (pages: readonly unknown[], isWhole: boolean) => void;
  readonly apply: (events: readonly { type: string; object: unknown }[]) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Lists and then watches, for as long as the page is seen: page by page, and anew when the watch is too old.
 * @param path of a collection, with its query but without paging
 */
export async function follow(
  path: string,
  accept: string,
  target: LiveTarget,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await isSeen(signal);
      const version = await listAll(path, accept, target, signal);
      await watchFrom(path, accept, version, target, signal);
    } catch (error) {
      if (signal.aborted) return;
      const isOld = error instanceof ApiError && error.code === 410;
      if (!isOld) target.fail(error);
      if (error instanceof ApiError && [401, 403, 404].includes(error.code)) return;
      await new Promise((resolve) => setTimeout(resolve, isOld ? 0 : againMs));
    }
  }
}

async function listAll(
  path: string,
  accept: string,
  target: LiveTarget,
  signal: AbortSignal,
): Promise<string> {
  const pages: unknown[] = [];
  let rest = '';
  let version: string;
  do {
    const query = `limit=500${rest === '' ? '' : `&continue=${encodeURIComponent(rest)}`}`;
    const page = await json(`${path}${path.includes('?') ? '&' : '?'}${query}`, { accept, signal });
    pages.push(page);
    rest = textAt(page, 'metadata', 'continue');
    version = textAt(page, 'metadata', 'resourceVersion');
    target.reset(pages, rest === '');
  } while (rest !== '');
  return version;
}

async function watchFrom(
  path: string,
  accept: string,
  from: string,
  target: LiveTarget,
  signal: AbortSignal,
): Promise<void> {
  let version = from;
  while (!signal.aborted) {
    await isSeen(signal);
    const ending = new AbortController();
    const hide = (): void => {
      if (document.hidden) ending.abort();
    };
    document.addEventListener('visibilitychange', hide);
    const both = AbortSignal.any([signal, ending.signal]);
    let waiting: { type: string; object: unknown }[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = (): void => {
      timer = undefined;
      const events = waiting;
      waiting = [];
      if (events.length > 0 && !signal.aborted) target.apply(events);
    };
    try {
      const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${encodeURIComponent(version)}`;
      for await (const event of watch(`${path}${path.includes('?') ? '&' : '?'}${query}`, {
        accept,
        signal: both,
      })) {
        version = versionOf(event.object) || version;
        if (event.type === 'BOOKMARK') continue;
        waiting.push(event);
        timer ??= setTimeout(flush, settleMs);
      }
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    } finally {
      document.removeEventListener('visibilitychange', hide);
      clearTimeout(timer);
      flush();
    }
    // The server ends watches now and then; it is not asked anew faster than this.
    await new Promise((resolve) => setTimeout(resolve, settleMs));
  }
}

function versionOf(object: unknown): string {
  return (
    textAt(object, 'rows', 0, 'object', 'metadata', 'resourceVersion') ||
    textAt(object, 'metadata', 'resourceVersion')
  );
}

/** An object that is kept as it is now. */
export interface LiveObject {
  readonly object: unknown;
  readonly isGone: boolean;
  readonly failure: string | undefined;
}

/**
 * Keeps one object as it is now.
 * @param collection path of the collection that it lies in
 */
export function useObject(collection: string | undefined, name: string): LiveObject {
  const [state, setState] = useState<LiveObject>({ object: undefined, isGone: false, failure: undefined });
  useEffect(() => {
    if (collection === undefined) return;
    const stop = new AbortController();
    setState({ object: undefined, isGone: false, failure: undefined });
    const fail = (error: unknown): void => setState((old) => ({ ...old, failure: messageOf(error) }));
    const path = `${collection}?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`;
    const begin = async (): Promise<void> => {
      // A get needs no right to list, and shows what there is at once.
      const object = await json(`${collection}/${encodeURIComponent(name)}`, { signal: stop.signal });
      setState({ object, isGone: false, failure: undefined });
      const version = textAt(object, 'metadata', 'resourceVersion');
      const target: LiveTarget = {
        reset: () => undefined,
        apply: (events) => {
          for (const { type, object: seen } of events) {
            setState((old) =>
              type === 'DELETED'
                ? { ...old, isGone: true }
                : { object: seen, isGone: false, failure: undefined },
            );
          }
        },
        fail,
      };
      await watchFrom(path, 'application/json', version, target, stop.signal);
    };
    const keep = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        try {
          await begin();
        } catch (error) {
          if (stop.signal.aborted) return;
          const code = error instanceof ApiError ? error.code : 0;
          if (code !== 410) fail(error);
          if ([401, 403, 404].includes(code)) return;
          await new Promise((resolve) => setTimeout(resolve, code === 410 ? 0 : againMs));
        }
      }
    };
    void keep();
    return () => stop.abort();
  }, [collection, name]);
  return state;
}
