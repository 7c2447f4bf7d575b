import {
  type CapabilityContext,
  type CapabilityParts,
  controllerOnDemand,
  defineRun,
  loadModule,
  protocolOnDemand,
} from '@plinth/kernel';
import { configurationVersions } from './stack/configuration-version-kind.ts';
import type * as Opening from './stack/open-stacks.ts';
import { stacks } from './stack/stack-fields.ts';
import { stackPath } from './stack/stack-path.ts';
import { stackRunDefinition } from './stack/stack-run-definition.ts';
import type { States } from './state/states.ts';

/** What the capability brings along for stacks. */
interface StackServices extends Required<Pick<CapabilityParts, 'controllers' | 'runs' | 'protocols'>> {
  /** The code, loaded when this is called. */
  readonly needed: () => Opening.StackParts;
}

/** What the capability does about stacks. Its code is loaded when there is one. @param states those that stacks work on */
export function stackParts(context: CapabilityContext, states: () => States): StackServices {
  let parts: Opening.StackParts | undefined;
  const needed = (): Opening.StackParts => (parts ??= opening().openStacks(context, states(), process.env));
  return {
    controllers: [
      controllerOnDemand('stacks', stacks, () => needed().controller),
      controllerOnDemand('configurationversions', configurationVersions, () => needed().configurationRemoval),
    ],
    needed,
    protocols: [protocolOnDemand(stackPath, () => needed().protocol)],
    runs: [defineRun({ ...stackRunDefinition, run: async (run, job) => await needed().run(run, job) })],
  };
}

function opening(): typeof Opening {
  return loadModule(import.meta.resolve('./stack/open-stacks.ts')) as typeof Opening;
}
