import { prefixOf } from '../api/keys.ts';
import type { Objects } from '../api/objects.ts';
import type { Registry } from '../api/registry.ts';
import type { KubeObject } from '../model/object.ts';
import type { SubresourceStream } from '../model/resource-type.ts';
import { badRequest } from '../model/status-error.ts';
import type { RunLogSource } from './exec-port.ts';
import { isRun, runs } from './run-kind.ts';
import { type RunLogRequest, runLogLines } from './run-log.ts';

/** `GET .../runs/NAME/log?follow=true&step=NAME&offset=N&process=ID`: what the programs of a run print, as JSON lines. */
export function runLogStream(source: RunLogSource, objects: Objects, registry: Registry): SubresourceStream {
  return {
    contentType: 'application/jsonl',
    open(parent, query, signal) {
      const request = requestOf(query);
      const type = registry.get(runs.group, runs.resource);
      const version = type?.versions[0];
      if (!type || !version) throw badRequest('runs are not served');
      const served = { type, version };
      const { namespace = '', name } = parent.metadata;
      const key = objects.key(served, namespace, name);
      const read = (): KubeObject | undefined => {
        const stored = objects.store.get(key);
        return stored && objects.read(stored, served);
      };
      const parts = {
        source,
        store: objects.store,
        key,
        bucket: prefixOf(objects.tenant, type, namespace),
        read: () => {
          const run = read();
          return run && isRun(run) ? run : undefined;
        },
      };
      return runLogLines(parts, request, signal);
    },
  };
}

function requestOf(query: URLSearchParams): RunLogRequest {
  const step = query.get('step') ?? undefined;
  const offset = Number(query.get('offset') ?? 0);
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw badRequest(
      `offset: Invalid value: ${JSON.stringify(query.get('offset'))}: must be the nextOffset of an earlier line`,
    );
  }
  if (offset > 0 && step === undefined) throw badRequest('offset: needs a step, whose log it is a place in');
  const follow = query.get('follow');
  const process = query.get('process') ?? undefined;
  return { step, offset, process, follow: follow !== null && follow !== 'false' && follow !== '0' };
}
