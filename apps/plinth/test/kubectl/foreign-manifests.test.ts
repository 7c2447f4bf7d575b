import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isObject } from '@plinth/kernel';
import { parseAllDocuments } from 'yaml';
import { at, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { ShellSession } from '../scenario/shell-session.ts';
import { missingKubectl } from './kubectl-version.ts';

const corpora =
  process.env['PLINTH_CORPORA'] ?? fileURLToPath(new URL('../../../../../shared/corpora', import.meta.url));
const manifests = join(corpora, 'manifests');
const missing =
  missingKubectl() ?? (existsSync(manifests) ? undefined : `there are no manifests at ${manifests}`);

interface Project {
  readonly name: string;
  readonly definitions: string;
  readonly examples: string;
  /** Files that no Kubernetes API takes, with the reason. */
  readonly broken: Readonly<Record<string, string>>;
}

const projects: readonly Project[] = [
  {
    name: 'prometheus-operator',
    definitions: 'prometheus-operator/example/prometheus-operator-crd',
    examples: 'prometheus-operator/example/user-guides',
    broken: {
      'alertmanager.yaml': 'a configuration file of Alertmanager, not a manifest',
      'scrapeclass-example-definition.yaml': 'the object has no name',
      'scrapeclass-example-podmonitor.yaml': 'the object has no name',
      'scrapeclass-example-servicemonitor.yaml': 'the required spec.selector is absent',
    },
  },
  {
    name: 'argo-rollouts',
    definitions: 'argo-rollouts/manifests/crds',
    examples: 'argo-rollouts/examples',
    broken: {},
  },
  {
    name: 'gateway-api',
    definitions: 'gateway-api/config/crd/standard',
    examples: 'gateway-api/examples',
    broken: {},
  },
];

interface Manifest {
  readonly file: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly object: Record<string, unknown>;
}

/** The documents of a folder in the order in which kubectl applies them. */
function manifestsIn(folder: string): Manifest[] {
  const files = readdirSync(join(manifests, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort((a, b) => (a < b ? -1 : 1));
  return files.flatMap((file) => {
    const path = join(manifests, folder, file);
    return parseAllDocuments(readFileSync(path, 'utf8')).flatMap((document) => {
      const object: unknown = document.toJS();
      if (!isObject(object)) return [];
      const { kind, apiVersion } = object;
      return [{ file: path, kind: String(kind), apiVersion: String(apiVersion), object }];
    });
  });
}

/** The first path at which `part` is not in `whole`; undefined when all of it is there. */
function lostIn(part: unknown, whole: unknown, path = ''): string | undefined {
  if (Array.isArray(part)) {
    if (!Array.isArray(whole) || whole.length !== part.length) return path;
    return firstLost(part.map((item: unknown, i) => lostIn(item, whole[i], `${path}[${i}]`)));
  }
  if (isObject(part)) {
    return firstLost(
      Object.entries(part).map(([key, item]) => lostIn(item, at(whole, key), `${path}.${key}`)),
    );
  }
  return part === whole || part === null ? undefined : path;
}

function firstLost(found: readonly (string | undefined)[]): string | undefined {
  return found.find((path) => path !== undefined);
}

describe('foreign manifests', { skip: missing ?? false }, () => {
  for (const project of projects) {
    describe(project.name, () => {
      let server: TestServer;
      let session: ShellSession;
      before(async () => {
        server = await startTestServer();
        const own = fileURLToPath(new URL('manifests', import.meta.url));
        session = new ShellSession(server.directory, server.kernel.kubeconfigPath, own);
      });
      after(async () => {
        await session.close();
        await server.close();
        deepEqual(server.faults, []);
      });

      test('all definitions are taken and served', async () => {
        const own = manifestsIn(project.definitions);
        // Gateway API guards its definitions by an admission policy, which stands beside them.
        const usable = own.filter(
          ({ apiVersion, kind }) =>
            kind === 'CustomResourceDefinition' || apiVersion === 'admissionregistration.k8s.io/v1',
        );
        const applied = await session.run(
          `kubectl apply --server-side -f ${join(manifests, project.definitions)}`,
        );
        equal(applied.stdout.match(/serverside-applied$/gm)?.length, usable.length, applied.stderr);
        equal(applied.exitCode, usable.length === own.length ? 0 : 1);
        const waited = await session.run('kubectl wait --for=condition=Established crd --all --timeout=20s');
        equal(waited.exitCode, 0, waited.stderr);
      });

      test('all examples of kinds that are served are taken, with all that is in them', async () => {
        const paths = await servedPaths(server);
        const usable = manifestsIn(project.examples).filter(({ file }) => !project.broken[basename(file)]);
        const known = usable.filter(({ apiVersion, kind }) => paths.has(`${apiVersion} ${kind}`));
        const applied = await session.run(`kubectl apply -R -f ${join(manifests, project.examples)}`);
        equal(
          applied.stdout.match(/(created|configured|unchanged)$/gm)?.length,
          known.length,
          applied.stderr,
        );
        for (const { kind, apiVersion, object } of usable) {
          if (paths.has(`${apiVersion} ${kind}`)) continue;
          const name = textAt(object, 'metadata', 'name');
          ok(applied.stderr.includes(`name: "${name}"`), `${kind} ${name} is refused by name`);
          ok(applied.stderr.includes(`no matches for kind "${kind}" in version "${apiVersion}"`));
        }
        const refused = applied.stderr.match(/\.yaml"?: /g)?.length;
        equal(
          refused ?? 0,
          usable.length - known.length + Object.keys(project.broken).length,
          applied.stderr,
        );
        // Of what stands there several times, the last is what was meant.
        const last = new Map(known.map((manifest) => [pathOf(manifest, paths), manifest]));
        for (const [path, { file, object }] of last) {
          const { stringData: _, ...shown } = object;
          const { status, json } = await server.admin.get(path);
          equal(status, 200, `${file}: ${path}`);
          equal(lostIn(shown, json), undefined, `${file}: ${path}`);
        }
      });
    });
  }
});

/** The collections that discovery names, by apiVersion and kind; `{namespace}` stands in those of namespaces. */
async function servedPaths({ admin }: TestServer): Promise<Map<string, string>> {
  const groups = listAt((await admin.get('/apis')).json, 'groups').flatMap((group) =>
    listAt(group, 'versions').map((version) => textAt(version, 'groupVersion')),
  );
  const paths = new Map<string, string>();
  for (const groupVersion of ['v1', ...groups]) {
    const root = groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`;
    for (const resource of listAt((await admin.get(root)).json, 'resources')) {
      const name = textAt(resource, 'name');
      if (name.includes('/')) continue;
      const place = at(resource, 'namespaced') === true ? '/namespaces/{namespace}' : '';
      paths.set(`${groupVersion} ${textAt(resource, 'kind')}`, `${root}${place}/${name}`);
    }
  }
  return paths;
}

function pathOf({ apiVersion, kind, object }: Manifest, paths: ReadonlyMap<string, string>): string {
  const namespace = at(object, 'metadata', 'namespace') ?? 'default';
  const collection = paths.get(`${apiVersion} ${kind}`)?.replace('{namespace}', String(namespace));
  return `${collection}/${textAt(object, 'metadata', 'name')}`;
}
