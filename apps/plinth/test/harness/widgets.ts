import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { at, listAt } from './https-client.ts';
import type { TestServer } from './test-server.ts';
import { until } from './until.ts';

const definition = fileURLToPath(new URL('../kubectl/manifests/widget-crd.yaml', import.meta.url));
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** The definition of the sample kind, as YAML. */
export const widgetDefinition = readFileSync(definition, 'utf8');

/** Where the widgets of a namespace are served. */
export const widgets = (namespace = 'default'): string =>
  `/apis/example.com/v1/namespaces/${namespace}/widgets`;

/** Installs the sample kind that the kubectl scenarios use too, and waits until it is served. */
export async function installWidgets(server: TestServer): Promise<void> {
  await server.admin.post(definitions, widgetDefinition, 'application/yaml');
  await until('widgets to be served', async () => {
    const { json } = await server.admin.get(`${definitions}/widgets.example.com`);
    const conditions =
      at(json, 'status', 'conditions') === undefined ? [] : listAt(json, 'status', 'conditions');
    const established = conditions.some(
      (condition) => at(condition, 'type') === 'Established' && at(condition, 'status') === 'True',
    );
    return established ? true : undefined;
  });
}

/** A widget that keeps every rule. */
export function widget(name: string, spec: object = {}): Record<string, unknown> {
  return {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name },
    spec: { size: 'small', ...spec },
  };
}

/** A ConfigMap. */
export function configMap(name: string, data: Record<string, string> = {}): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

/** Where the ConfigMaps of a namespace are served. */
export const configMaps = (namespace = 'default'): string => `/api/v1/namespaces/${namespace}/configmaps`;

/** Makes a namespace for one test. */
export async function makeNamespace(server: TestServer, name: string): Promise<void> {
  await server.admin.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}
