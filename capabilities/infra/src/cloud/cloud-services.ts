import {
  type CapabilityContext,
  type HttpRequest,
  type ObjectName,
  SignedUrls,
  StatusError,
} from '@plinth/kernel';
import type { StackParts } from '../stack/open-stacks.ts';
import { stacks } from '../stack/stack-fields.ts';
import type { States } from '../state/states.ts';
import { type TerraformState, terraformStateKind, terraformStates } from '../state/terraform-state-kind.ts';
import { addressOf } from './address.ts';
import type { StateName } from './cloud-ids.ts';
import { cloudPath } from './cloud-path.ts';
import { LateEnds } from './late-ends.ts';
import { Transcripts } from './transcripts.ts';

/** What the handlers of the API stand on. */
export interface CloudServices
  extends Pick<CapabilityContext, 'client' | 'clock' | 'random' | 'tenant' | 'runs'> {
  readonly states: States;
  readonly urls: SignedUrls;
  /** What is done about stacks; undefined where there are none. */
  readonly stacks: (() => StackParts) | undefined;
  readonly transcripts: Transcripts;
  readonly lateEnds: LateEnds;
}

export function cloudServices(
  context: CapabilityContext,
  states: States,
  stacks: (() => StackParts) | undefined,
): CloudServices {
  const { client, clock, random, tenant, keys, runs, runLogs } = context;
  const urls = new SignedUrls(() => keys.all('URLs of terraform cloud'), clock);
  const transcripts = new Transcripts(runLogs);
  const lateEnds = new LateEnds(clock);
  return { client, clock, random, tenant, runs, states, urls, stacks, transcripts, lateEnds };
}

/** The rights to states, as the state backend asks for them. */
export const contentResource = `${terraformStateKind.plural}/content`;
export const lockResource = `${terraformStateKind.plural}/lock`;

/** Whoever may upload a configuration has a program run as the user of Plinth; to apply it is another right. */
export const configurationResource = `${stacks.resource}/configurations`;
export const applyResource = `${stacks.resource}/applies`;

/** The right to objects themselves, of the group that they are of. */
export const objectsOf = { group: terraformStateKind.group, resource: terraformStateKind.plural } as const;

/** A state that somebody may use. @throws StatusError 404 */
export function stateAt({ states }: CloudServices, name: StateName): TerraformState {
  const state = states.get(name);
  if (state && state.metadata.deletionTimestamp === undefined) return state;
  throw new StatusError(404, 'NotFound', `there is no workspace ${name.namespace}/${name.name}`);
}

/** The states of a namespace that are not on their way out. */
export function statesIn({ client }: CloudServices, namespace: string): TerraformState[] {
  return client
    .list(terraformStates, { namespace })
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** The name of an object that has one in a namespace. */
export function nameOf({ metadata }: { readonly metadata: ObjectName }): StateName {
  return { namespace: metadata.namespace ?? '', name: metadata.name };
}

/** The address of something of this API. */
export function urlOf(services: CloudServices, request: HttpRequest, below: string): string {
  return `${addressOf(request, services.tenant)}${cloudPath.prefix}${below}`;
}
