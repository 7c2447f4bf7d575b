import { isFinished, isRun, type Run, runs, StatusError } from '@plinth/kernel';
import type { StackParts } from '../stack/open-stacks.ts';
import { type Stack, stackLabel, stacks as stackResource, uploadedStack } from '../stack/stack-fields.ts';
import { isRemote } from '../stack/stack-plan.ts';
import { type RemoteName, remoteObject, type StateName } from './cloud-ids.ts';
import type { CloudServices } from './cloud-services.ts';

/** The stack that makes a workspace a remote one; undefined where plans and applies run where Terraform does. */
export function remoteStack({ client, stacks }: CloudServices, name: StateName): Stack | undefined {
  return stacks && uploadedStack(client.get(stackResource, name));
}

/** The stack of a remote workspace, with what is done about stacks. @throws StatusError 404 */
export function stackAt(
  services: CloudServices,
  name: StateName,
): { readonly stack: Stack; readonly parts: StackParts } {
  const stack = remoteStack(services, name);
  if (stack && services.stacks) return { stack, parts: services.stacks() };
  const { namespace, name: shown } = name;
  throw new StatusError(
    404,
    'NotFound',
    `there is no Stack ${namespace}/${shown} with the source upload, so nothing runs here for this workspace`,
  );
}

/** A run that Terraform started. @throws StatusError 404 */
export function remoteRunAt({ client }: CloudServices, name: RemoteName): Run {
  const found = client.get(runs, remoteObject(name));
  if (found && isRun(found) && isRemote(found) && labelOf(found) === name.name) return found;
  throw new StatusError(404, 'NotFound', `there is no run ${remoteObject(name).name} any more`);
}

/** The runs of a workspace that Terraform started, the newest first. */
export function remoteRunsOf({ client }: CloudServices, { namespace, name }: StateName): Run[] {
  return client
    .list(runs, { namespace, labelSelector: `${stackLabel}=${name}` })
    .filter(isRun)
    .filter(isRemote)
    .sort((a, b) => (startOf(a) < startOf(b) ? 1 : -1));
}

/** The run whose turn it is; undefined when none works. */
export function currentRun({ client }: CloudServices, { metadata, status }: Stack): Run | undefined {
  const { namespace = '' } = metadata;
  const found = client.get(runs, { namespace, name: status?.turn ?? '' });
  return found && isRun(found) && !isFinished(found) ? found : undefined;
}

/** How a run is called that Terraform started. */
export function remoteNameOf(run: Run): RemoteName {
  const { namespace = '', name } = run.metadata;
  const stack = labelOf(run);
  return { namespace, name: stack, suffix: name.slice(stack.length + 1) };
}

function labelOf({ metadata }: Run): string {
  return metadata.labels?.[stackLabel] ?? '';
}

function startOf({ metadata: { creationTimestamp, name } }: Run): string {
  return `${creationTimestamp} ${name}`;
}
