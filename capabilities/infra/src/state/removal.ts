import { type Controller, defineController } from '@plinth/kernel';
import type { StateVersions } from './state-versions.ts';
import { uidOf } from './state-versions.ts';
import { stateFinalizer, type TerraformState, terraformStates } from './terraform-state-kind.ts';

/** Removes the versions of states that are deleted, before the objects go. */
export function stateRemoval(versions: StateVersions): Controller {
  return defineController({
    name: 'terraformstates',
    resource: terraformStates,
    trigger: ({ object }) => object.metadata.deletionTimestamp !== undefined,
    async reconcile(name, { client }) {
      const state: TerraformState | undefined = client.get(terraformStates, name);
      if (state?.metadata.deletionTimestamp === undefined) return;
      const { finalizers = [], resourceVersion } = state.metadata;
      if (!finalizers.includes(stateFinalizer)) return;
      await versions.remove(uidOf(state));
      const left = finalizers.filter((one) => one !== stateFinalizer);
      await client.patch(terraformStates, name, { metadata: { resourceVersion, finalizers: left } });
    },
  });
}
