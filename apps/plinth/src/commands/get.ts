import { ApiClient } from '../api/api-client.ts';
import {
  discover,
  findResource,
  pathOf,
  type Resource,
  shownName,
  withoutManagedFields,
} from '../api/discovery.ts';
import { listAt, memberOf, textAt } from '../api/json.ts';
import { findConnection } from '../api/kubeconfig.ts';
import { pagesOf } from '../api/pages.ts';
import { formatTable, tableAccept } from '../api/table.ts';
import { type Invocation, isSet, valueOf } from '../cli/command.ts';
import { UsageFailure } from '../cli/failure.ts';
import type { Terminal } from '../cli/terminal.ts';

type Form = 'table' | 'wide' | 'name' | 'json' | 'yaml';

/** Lists objects of a kind, or shows one. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const [typed = '', nameArgument] = invocation.positionals;
  const [kind = '', nameInKind] = typed.split('/', 2);
  if (nameInKind !== undefined && nameArgument !== undefined) {
    throw new UsageFailure(
      `two names: "${nameInKind}" and "${nameArgument}"`,
      'write KIND/NAME or KIND NAME',
    );
  }
  const name = nameInKind ?? nameArgument;
  const everywhere = isSet(invocation, 'all-namespaces');
  if (everywhere && name !== undefined) {
    throw new UsageFailure('one object cannot be looked for in all namespaces', 'name its namespace with -n');
  }
  const client = new ApiClient(findConnection(valueOf(invocation, 'kubeconfig')));
  const resource = findResource(await discover(client), kind);
  const namespace = everywhere ? undefined : (valueOf(invocation, 'namespace') ?? client.namespace);
  const form = formOf(invocation);
  const path = pathOf(resource, namespace, name);
  const selector = valueOf(invocation, 'selector');
  const query = name !== undefined || selector === undefined ? {} : { labelSelector: selector };
  if (form === 'json' || form === 'yaml') {
    await showObjects(
      terminal,
      form,
      name === undefined ? await list(client, path, query) : await one(client, path),
    );
    return 0;
  }
  const pages = await tables(client, path, name === undefined ? query : undefined);
  showTable(terminal, pages, { form, resource, everywhere });
  if (name === undefined && pages.every((page) => listAt(page, 'rows').length === 0)) {
    const where = resource.namespaced && namespace !== undefined ? ` in namespace ${namespace}` : '';
    terminal.note(`No ${resource.plural} found${where}.`);
  }
  return 0;
}

function formOf(invocation: Invocation): Form {
  const form = valueOf(invocation, 'output');
  if (form === undefined) return invocation.terminal.json ? 'json' : 'table';
  return form === 'wide' || form === 'name' || form === 'json' || form === 'yaml' ? form : 'table';
}

async function one(client: ApiClient, path: string): Promise<unknown> {
  return withoutManagedFields((await client.json(path)).body);
}

async function list(
  client: ApiClient,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<unknown> {
  const items: unknown[] = [];
  for await (const page of pagesOf(client, path, query)) {
    const kind = textAt(page, 'kind').replace(/List$/, '');
    const apiVersion = textAt(page, 'apiVersion');
    for (const item of listAt(page, 'items')) {
      const full = withoutManagedFields(item);
      items.push(typeof full === 'object' ? { apiVersion, kind, ...full } : full);
    }
  }
  return { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items };
}

/** Pages of a list as tables; of one object without `query`. */
async function tables(
  client: ApiClient,
  path: string,
  query: Readonly<Record<string, string>> | undefined,
): Promise<unknown[]> {
  if (query === undefined) return [(await client.json(path, { accept: tableAccept })).body];
  const pages: unknown[] = [];
  for await (const page of pagesOf(client, path, query, tableAccept)) pages.push(page);
  return pages;
}

async function showObjects(terminal: Terminal, form: 'json' | 'yaml', value: unknown): Promise<void> {
  if (form === 'json') terminal.line(JSON.stringify(value, undefined, 2));
  else {
    const { stringify } = await import('yaml');
    terminal.text(stringify(value, { aliasDuplicateObjects: false, lineWidth: 0, version: '1.1' }));
  }
}

function showTable(
  terminal: Terminal,
  pages: readonly unknown[],
  { form, resource, everywhere }: { form: Form; resource: Resource; everywhere: boolean },
): void {
  if (form === 'name') {
    for (const row of pages.flatMap((page) => listAt(page, 'rows'))) {
      terminal.line(`${shownName(resource)}/${textAt(memberOf(row, 'object'), 'metadata', 'name')}`);
    }
    return;
  }
  const text = formatTable(pages, {
    wide: form === 'wide',
    withNamespace: everywhere && resource.namespaced,
  });
  terminal.text(text);
}
