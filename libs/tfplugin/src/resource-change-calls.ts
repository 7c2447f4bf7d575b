import { answer, type CallHandlers, offered } from './calls.ts';
import { type Diagnostics, ProviderError } from './diagnostic.ts';
import type { Decoded } from './message.ts';
import { planComputed } from './plan.ts';
import { pathMessage, readConfig, readObject, writeObject } from './protocol-value.ts';
import type { Provider, Resource, ResourceState } from './provider.ts';
import type { providerCalls } from './provider-messages.ts';

type ApplyRequestMessage = Decoded<typeof providerCalls.ApplyResourceChange.request>;

const noBytes = new Uint8Array();

/** Answers the calls that change resources. Spec: Terraform, "Resource Instance Change Lifecycle". */
export function resourceChangeCalls(
  provider: Provider,
): CallHandlers<'PlanResourceChange' | 'ApplyResourceChange'> {
  const find = (name: string): Resource => offered(provider.resources, 'resource type', name);
  return {
    PlanResourceChange: (request) =>
      answer(`Planning ${request.typeName}`, {}, async (diagnostics) => {
        const resource = find(request.typeName);
        const { schema } = resource;
        const proposed = readObject(request.proposedNewState, schema);
        // A destroyed resource has nothing that could be planned.
        if (proposed === null)
          return { plannedState: writeObject(null, schema), plannedPrivate: request.priorPrivate };
        const planRequest = {
          prior: readObject(request.priorState, schema),
          proposed,
          config: readConfig(request.config, schema),
          private: request.priorPrivate,
        };
        const plan =
          resource.plan === undefined
            ? planComputed(schema.block ?? {}, planRequest)
            : await resource.plan(planRequest, diagnostics);
        return {
          plannedState: writeObject(plan.state, schema),
          plannedPrivate: plan.private ?? noBytes,
          requiresReplace: (plan.requiresReplace ?? []).map(pathMessage),
        };
      }),
    ApplyResourceChange(request) {
      // What is not known to have changed is as it was.
      const unchanged = { newState: request.priorState ?? {}, private: request.plannedPrivate };
      return answer(`Applying ${request.typeName}`, unchanged, async (diagnostics) => {
        const resource = find(request.typeName);
        const state = await apply(resource, request, diagnostics);
        if (state === null) return { newState: writeObject(null, resource.schema), private: noBytes };
        return {
          newState: writeObject(state.state, resource.schema),
          private: state.private ?? request.plannedPrivate,
        };
      });
    },
  };
}

async function apply(
  resource: Resource,
  request: ApplyRequestMessage,
  diagnostics: Diagnostics,
): Promise<ResourceState | null> {
  const { schema } = resource;
  const { plannedPrivate } = request;
  const prior = readObject(request.priorState, schema);
  const planned = readObject(request.plannedState, schema);
  if (planned === null) {
    if (prior !== null) await resource.delete?.({ state: prior, private: plannedPrivate }, diagnostics);
    // Where an error was reported, the resource is still there.
    const isGone = diagnostics.list.every(({ severity }) => severity !== 'error');
    return isGone || prior === null ? null : { state: prior };
  }
  const config = readConfig(request.config, schema);
  if (prior === null) return resource.create({ planned, config, private: plannedPrivate }, diagnostics);
  if (resource.update === undefined) {
    throw new ProviderError(`A resource of the type ${request.typeName} cannot be changed, only replaced`);
  }
  return resource.update({ prior, planned, config, private: plannedPrivate }, diagnostics);
}
