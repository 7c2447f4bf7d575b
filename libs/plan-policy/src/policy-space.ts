import {
  CelEnvironment,
  celTypes,
  extensionLibraries,
  kubernetesLibraries,
  listOf,
  mapOf,
  objectType,
} from '@plinth/cel-kubernetes';

const { bool, dyn, string } = celTypes;

/** The type of `change`. */
const change = objectType('terraform.Change', {
  address: string,
  resource: string,
  module: string,
  mode: string,
  type: string,
  name: string,
  index: dyn,
  provider: string,
  action: string,
  actions: listOf(string),
  replaceOrder: string,
  deposed: string,
  isNew: bool,
  isDestructive: bool,
  isMoved: bool,
  isImported: bool,
  before: dyn,
  after: dyn,
  references: mapOf(string, listOf(string)),
  referencedBy: listOf(dyn),
});

const plan = objectType('terraform.Plan', { changes: listOf(change), terraformVersion: string });

/** What the expressions of checks can name. */
export const policySpace = new CelEnvironment({
  libraries: [...kubernetesLibraries, ...extensionLibraries],
  variables: { change, plan, variables: mapOf(string, dyn) },
});
