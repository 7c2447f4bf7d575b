import type { ApiClient } from '../api/api-client.ts';
import { plinthApi } from '../plan/plan-api.ts';

/** Where a run is served; all runs of the namespace without a name. */
export function runPath(namespace: string, name?: string): string {
  const all = `/apis/${plinthApi}/namespaces/${encodeURIComponent(namespace)}/runs`;
  return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
}

/** Reads a run. @throws ApiFailure when there is none */
export async function readRun(client: ApiClient, namespace: string, name: string): Promise<unknown> {
  return (await client.json(runPath(namespace, name))).body;
}
