import type { Plan } from '@plinth/kernel';
import { stringify } from 'yaml';
import { ApiClient } from '../api/api-client.ts';
import { withoutManagedFields } from '../api/discovery.ts';
import { findConnection } from '../api/kubeconfig.ts';
import { readManifests } from '../apply/manifest-files.ts';
import { type Invocation, isSet, valueOf, valuesOf } from '../cli/command.ts';
import { UsageFailure } from '../cli/failure.ts';
import { makePlan, type PlanDraft } from '../plan/plan-api.ts';
import { deletedObjects, type PlannedManifest, placeOf, planManifests } from '../plan/plan-inputs.ts';
import { showPlan } from '../plan/plan-screen.ts';

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
  const { plan, answer } = await makePlan(client, body);
  show(invocation, plan, answer, manifests);
  return exitCodeOf(plan, isSet(invocation, 'detailed-exitcode'));
}

async function planBody(
  invocation: Invocation,
  client: ApiClient,
  manifests: readonly PlannedManifest[],
): Promise<PlanDraft> {
  const namespace = valueOf(invocation, 'namespace') ?? client.namespace;
  const name = valueOf(invocation, 'name');
  const selector = valueOf(invocation, 'selector');
  const deletes = await deletedObjects(client, valuesOf(invocation, 'delete'), namespace);
  return {
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
    showPlan(terminal, plan, ({ manifest }, field) => place(manifest, field));
  }
}

function exitCodeOf({ status }: Plan, isDetailed: boolean): number {
  if (status?.phase === 'Failed') return 1;
  const { create = 0, update = 0, delete: deleted = 0 } = status?.counts ?? {};
  return isDetailed && create + update + deleted > 0 ? changesCode : 0;
}
