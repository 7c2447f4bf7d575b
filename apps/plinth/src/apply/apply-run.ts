import { locate, type ManifestDocument, parseManifests } from '@plinth/manifest';
import { type ApiClient, ApiFailure } from '../api/api-client.ts';
import { discover, pathOf, type Resource, resourceOfKind, shownName } from '../api/discovery.ts';
import { memberOf, textAt } from '../api/json.ts';
import { reportOf } from '../cli/failure.ts';
import type { ManifestFile } from './manifest-files.ts';

const fieldManager = 'plinth';
/** How long a kind is waited for whose definition was applied just before, and how often it is looked for. */
const kindWaitMs = 5_000;
const kindIntervalMs = 100;

/** What became of one document. */
export type Outcome =
  | { readonly result: 'created' | 'applied'; readonly object: string; readonly warnings: readonly string[] }
  | { readonly result: 'failed'; readonly object: string | undefined; readonly problems: readonly Problem[] };

/** What is wrong with a document, and where. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint: string | undefined;
}

/** How documents are applied. */
export interface ApplyOptions {
  /** For objects that name none. */
  readonly namespace: string;
  /** Whether every object must be in that namespace. */
  readonly namespaceIsFixed: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
}

interface Item {
  readonly file: string;
  readonly document: ManifestDocument;
}

/**
 * Applies all documents, each on its own: definitions of kinds first, then namespaces, then the rest in its order.
 *
 * @returns one outcome per document and per fault of a file, as they come
 */
export async function* applyAll(
  client: ApiClient,
  files: readonly ManifestFile[],
  options: ApplyOptions,
): AsyncGenerator<Outcome> {
  const items: Item[] = [];
  for (const { file, text } of files) {
    const { documents, errors } = parseManifests(text, { file });
    items.push(...documents.map((document) => ({ file, document })));
    for (const { line, column, message, hint } of errors) {
      yield { result: 'failed', object: undefined, problems: [{ file, line, column, message, hint }] };
    }
  }
  const applier = new Applier(client, options, await discover(client));
  for (const item of items.toSorted((a, b) => stageOf(a) - stageOf(b))) yield await applier.apply(item);
}

function stageOf({ document }: Item): number {
  const kind = textAt(document.value, 'kind');
  return kind === 'CustomResourceDefinition' ? 0 : kind === 'Namespace' ? 1 : 2;
}

class Applier {
  readonly #client: ApiClient;
  readonly #options: ApplyOptions;
  #resources: readonly Resource[];
  /** Groups whose definitions were applied here: their kinds may take a moment. */
  readonly #expectedGroups = new Set<string>();

  constructor(client: ApiClient, options: ApplyOptions, resources: readonly Resource[]) {
    this.#client = client;
    this.#options = options;
    this.#resources = resources;
  }

  async apply(item: Item): Promise<Outcome> {
    const { value } = item.document;
    const [apiVersion, kind] = [textAt(value, 'apiVersion'), textAt(value, 'kind')];
    const name = textAt(value, 'metadata', 'name');
    const missing =
      apiVersion === '' ? 'apiVersion' : kind === '' ? 'kind' : name === '' ? 'metadata.name' : undefined;
    if (missing !== undefined) {
      return failed(
        item,
        undefined,
        missing,
        `${missing} is missing`,
        'every object has apiVersion, kind and metadata.name',
      );
    }
    const title = `${kind}/${name}`;
    if (apiVersion.startsWith('kustomize.config.k8s.io/')) {
      return failed(
        item,
        title,
        'kind',
        'a kustomization is not an object',
        'use: kubectl apply -k DIRECTORY',
      );
    }
    const resource = await this.#resourceOf(apiVersion, kind);
    if (!resource) {
      const hint = 'check apiVersion and kind against kubectl api-resources, or apply its definition first';
      return failed(item, title, 'kind', `the server has no kind ${kind} in ${apiVersion}`, hint);
    }
    const namespace = this.#namespaceOf(item, resource);
    if (typeof namespace === 'object') return namespace;
    return await this.#send(item, resource, namespace, title);
  }

  #namespaceOf(item: Item, resource: Resource): string | undefined | Outcome {
    if (!resource.namespaced) return undefined;
    const own = textAt(item.document.value, 'metadata', 'namespace');
    const { namespace, namespaceIsFixed } = this.#options;
    if (own === '' || own === namespace || !namespaceIsFixed) return own === '' ? namespace : own;
    const title = `${resource.kind}/${textAt(item.document.value, 'metadata', 'name')}`;
    const message = `it is for namespace ${own}, but -n says ${namespace}`;
    return failed(item, title, 'metadata.namespace', message, 'leave one of the two away');
  }

  async #resourceOf(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/', 1) : [''];
    const endsAt = performance.now() + kindWaitMs;
    for (;;) {
      const found = resourceOfKind(this.#resources, apiVersion, kind);
      if (found || !this.#expectedGroups.has(group) || performance.now() > endsAt) return found;
      this.#resources = await discover(this.#client);
      if (resourceOfKind(this.#resources, apiVersion, kind)) continue;
      await new Promise((resolve) => setTimeout(resolve, kindIntervalMs));
    }
  }

  async #send(
    item: Item,
    resource: Resource,
    namespace: string | undefined,
    title: string,
  ): Promise<Outcome> {
    const { value } = item.document;
    const { dryRun, force } = this.#options;
    const name = textAt(value, 'metadata', 'name');
    const query = new URLSearchParams({ fieldManager, force: String(force), fieldValidation: 'Strict' });
    if (dryRun) query.set('dryRun', 'All');
    const body =
      namespace === undefined ? value : { ...value, metadata: { ...memberObject(value), namespace } };
    try {
      const { answer } = await this.#client.json(`${pathOf(resource, namespace, name)}?${query.toString()}`, {
        method: 'PATCH',
        contentType: 'application/apply-patch+yaml',
        body: JSON.stringify(body),
      });
      if (resource.kind === 'CustomResourceDefinition' && !dryRun) {
        this.#expectedGroups.add(textAt(value, 'spec', 'group'));
      }
      const object = `${shownName(resource)}/${name}`;
      return { result: answer.status === 201 ? 'created' : 'applied', object, warnings: answer.warnings };
    } catch (error) {
      return { result: 'failed', object: title, problems: problemsOf(item, error) };
    }
  }
}

function memberObject(value: unknown): object {
  const metadata = memberOf(value, 'metadata');
  return typeof metadata === 'object' && metadata !== null ? metadata : {};
}

function failed(
  item: Item,
  object: string | undefined,
  field: string,
  message: string,
  hint: string,
): Outcome {
  return { result: 'failed', object, problems: [{ ...placeOf(item, field), message, hint }] };
}

/** One problem per cause that names a field; otherwise one for the object. */
function problemsOf(item: Item, error: unknown): Problem[] {
  const { message, hint } = reportOf(error);
  const causes = error instanceof ApiFailure ? error.causes.filter(({ field }) => field !== '') : [];
  if (causes.length === 0) return [{ ...placeOf(item, ''), message, hint }];
  return causes.map((cause) => ({
    ...placeOf(item, cause.field),
    message: `${cause.field}: ${cause.message}`,
    hint,
  }));
}

function placeOf({ file, document }: Item, field: string): { file: string; line: number; column: number } {
  const { line, column } = (field === '' ? undefined : locate(document, field)) ?? document;
  return { file, line, column };
}
