import type { OptionSpec } from './command.ts';

// Options that several commands have.
export const data: OptionSpec = {
  name: 'data',
  value: 'DIR',
  description: 'Data directory: store, keys, certificates, kubeconfig; default .plinth.',
};
export const kubeconfig: OptionSpec = {
  name: 'kubeconfig',
  value: 'FILE',
  description: 'How to reach the control plane; default $KUBECONFIG, then .plinth/kubeconfig.',
};
export const namespace: OptionSpec = {
  name: 'namespace',
  short: 'n',
  value: 'NAME',
  description: "Namespace; default the kubeconfig's.",
};
