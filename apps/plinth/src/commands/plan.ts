import { type Plan, planLines } from '@plinth/kernel';
import { stringify } from 'yaml';
import { ApiClient } from '../api/api-client.ts';
import { withoutManagedFields } from '../api/discovery.ts';
import { findConnection } from '../api/kubeconfig.ts';
import { readManifests } from '../apply/manifest-files.ts';
import { type Invocation, isSet, valueOf, valuesOf } from '../cli/command.ts';
import { UsageFailure } from '../cli/failure.ts';
import type { Terminal } from '../cli/terminal.ts';
import { planIn, planPath, plinthApi } from '../plan/plan-api.ts';
import { deletedObjects, type PlannedManifest, placeOf, planManifests } from '../plan/plan-inputs.ts';

/** What `--detailed-exitcode` answers when there is something to apply, as terraform does. */
const changesCode = 2;

/** Evaluates a change and stores it as a plan; changes nothing else. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const names = valuesOf(invocation, 'filename');
  const deletes = valuesOf(invocation, 'delete');
  if (names.length === 0 && deletes.length === 0) {
    throw new UsageFailure('there is nothing to plan', 'name a file or directory: plinth plan -f DIR');
  }
  if (isSet(invocation, 'prune') && valueOf(invocation, 'selector') === undefined) {
    throw new UsageFailure(
      '--prune needs a selector',
      'say which objects may be deleted: --prune -l app=shop',
    );
  }
  const manifests = planManifests(await readManifests(names));
  if (manifests.length === 0 && deletes.length === 0) {
    throw new UsageFailure(
      'the files hold no objects, so there is nothing to plan',
      'name other files with -f',
    );
  }
  const client = new ApiClient(findConnection(valueOf(invocation, 'kubeconfig')));
  const body = await planBody(invocation, client, manifests);
  terminal.progress(`evaluating ${manifests.length + deletes.length} objects`);
  const query = new URLSearchParams({ fieldManager: 'plinth', fieldValidation: 'Strict' });
  const answer = await client.json(`${planPath()}?${query.toString()}`, {
    method: 'POST',
    contentType: 'application/json',
    body: JSON.stringify(body),
  });
  const plan = planIn(answer.body);
  show(invocation, plan, answer.body, manifests);
  return exitCodeOf(plan, isSet(invocation, 'detailed-exitcode'));
}

async function planBody(
  invocation: Invocation,
  client: ApiClient,
  manifests: readonly PlannedManifest[],
): Promise<object> {
  const namespace = valueOf(invocation, 'namespace') ?? client.namespace;
  const name = valueOf(invocation, 'name');
  const selector = valueOf(invocation, 'selector');
  const deletes = await deletedObjects(client, valuesOf(invocation, 'delete'), namespace);
  return {
    apiVersion: plinthApi,
    kind: 'Plan',
    metadata: name === undefined ? { generateName: 'plan-' } : { name },
    spec: {
      manifests: manifests.map(({ document }) => document.value),
      ...(deletes.length === 0 ? {} : { delete: deletes }),
      ...(isSet(invocation, 'prune') && selector !== undefined ? { prune: { selector } } : {}),
      namespace,
      ...(isSet(invocation, 'force-conflicts') ? { force: true } : {}),
    },
  };
}

function show(
  invocation: Invocation,
  plan: Plan,
  body: unknown,
  manifests: readonly PlannedManifest[],
): void {
  const { terminal } = invocation;
  const form = valueOf(invocation, 'output') ?? (terminal.json ? 'json' : 'text');
  if (form === 'json') terminal.line(JSON.stringify(withoutManagedFields(body), null, 2));
  else if (form === 'yaml') terminal.text(stringify(withoutManagedFields(body)));
  else {
    const place = (manifest: number | undefined, field: string | undefined): string | undefined => {
      const found = manifest === undefined ? undefined : manifests[manifest];
      return found && placeOf(found, field);
    };
    const lines = planLines(plan, ({ manifest }, field) => place(manifest, field));
    for (const line of lines) terminal.line(painted(terminal, line));
    const next = nextStep(plan);
    if (next !== undefined) terminal.line(`Next: ${next}`);
  }
}

function painted(terminal: Terminal, line: string): string {
  if (line.startsWith('Plan ')) return terminal.paint('bold', line);
  if (line.includes('← ') || line.startsWith('  - ') || line.startsWith('  ✗ '))
    return terminal.paint('red', line);
  if (line.startsWith('  + ')) return terminal.paint('green', line);
  return line.startsWith('  ~ ') ? terminal.paint('yellow', line) : line;
}

function nextStep({ metadata: { name }, status }: Plan): string | undefined {
  const counts = status?.counts;
  if (!counts || counts.create + counts.update + counts.delete === 0) return undefined;
  if (status.phase === 'Pending') return `plinth approve ${name}   (by somebody else)`;
  return status.phase === 'Approved' ? `plinth apply ${name}` : undefined;
}

function exitCodeOf({ status }: Plan, isDetailed: boolean): number {
  if (status?.phase === 'Failed') return 1;
  const { create = 0, update = 0, delete: deleted = 0 } = status?.counts ?? {};
  return isDetailed && create + update + deleted > 0 ? changesCode : 0;
}
