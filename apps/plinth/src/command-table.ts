import type { CommandSpec, OptionSpec } from './cli/command.ts';

const data: OptionSpec = {
  name: 'data',
  value: 'DIR',
  description: 'Data directory: store, keys, certificates, kubeconfig; default .plinth.',
};
const kubeconfig: OptionSpec = {
  name: 'kubeconfig',
  value: 'FILE',
  description: 'How to reach the control plane; default $KUBECONFIG, then .plinth/kubeconfig.',
};
const namespace: OptionSpec = {
  name: 'namespace',
  short: 'n',
  value: 'NAME',
  description: "Namespace; default the kubeconfig's.",
};

/** All commands, in the order of their help. */
export const commands: readonly CommandSpec[] = [
  {
    name: 'up',
    summary: 'Start the control plane and keep a workspace applied',
    positionals: [
      {
        name: 'WORKSPACE',
        required: false,
        description: 'Directory or git URL (URL#REF) of manifests; on a first start the quickstart.',
      },
    ],
    options: [
      data,
      { name: 'port', value: 'N', description: 'Port of the API; default 7443, 0 takes any free one.' },
      { name: 'host', value: 'ADDRESS', description: 'Address to listen on; default 127.0.0.1.' },
      { name: 'no-workspace', description: 'Apply no workspace; those applied before stay.' },
    ],
    notes: [
      'Ctrl-C stops it in good order, a second one at once. Starting again with the same data continues.',
      'With --json every fact is one JSON object on a line.',
    ],
    examples: [
      'plinth up',
      'plinth up ./prod --data /var/lib/plinth',
      'plinth up https://host/repository.git#main',
    ],
    load: () => import('./commands/up.ts'),
  },
  {
    name: 'kubeconfig',
    summary: 'Print where the kubeconfig is, or issue one for a user',
    positionals: [],
    options: [
      data,
      {
        name: 'user',
        value: 'NAME',
        description: 'Issue a client certificate for this user and print its kubeconfig.',
      },
      { name: 'group', value: 'NAME', many: true, description: 'A group of the user; may be repeated.' },
      { name: 'days', value: 'N', description: 'How long the certificate is valid; default 90.' },
      { name: 'content', description: "Print the administrator's kubeconfig instead of its path." },
    ],
    notes: ['What a user may do is said by RoleBindings and ClusterRoleBindings to the name and the groups.'],
    examples: [
      'export KUBECONFIG=$(plinth kubeconfig)',
      'plinth kubeconfig --user alice --group developers > alice.kubeconfig',
    ],
    load: () => import('./commands/kubeconfig.ts'),
  },
  {
    name: 'get',
    summary: 'List objects of a kind, or show one',
    positionals: [
      { name: 'KIND', required: true, description: 'Kind, plural or short name, with its group if need be.' },
      { name: 'NAME', required: false, description: 'One object.' },
    ],
    options: [
      namespace,
      { name: 'all-namespaces', short: 'A', description: 'Objects of all namespaces.' },
      { name: 'selector', short: 'l', value: 'LABELS', description: 'Only objects with these labels.' },
      {
        name: 'output',
        short: 'o',
        value: 'FORM',
        choices: ['table', 'wide', 'name', 'json', 'yaml'],
        description: 'table (default), wide, name, json or yaml.',
      },
      kubeconfig,
    ],
    notes: ['For what it does not do, use kubectl: it works unmodified.'],
    examples: [
      'plinth get workspaces',
      'plinth get configmap settings -n shop -o yaml',
      'plinth get events -A',
    ],
    load: () => import('./commands/get.ts'),
  },
  {
    name: 'apply',
    summary: 'Apply manifests with server-side apply',
    positionals: [],
    options: [
      {
        name: 'filename',
        short: 'f',
        value: 'FILE|DIR',
        many: true,
        description: 'Manifests: a file, a directory with all below it, or - for standard input.',
      },
      { name: 'dry-run', description: 'Let the server check everything and change nothing.' },
      { name: 'force-conflicts', description: 'Take over fields that others manage.' },
      namespace,
      kubeconfig,
    ],
    notes: ['Every document is tried; the exit code is 1 when one of them failed.'],
    examples: [
      'plinth apply -f app.yaml',
      'plinth apply -f deploy/ --dry-run',
      'cat app.yaml | plinth apply -f -',
    ],
    load: () => import('./commands/apply.ts'),
  },
  {
    name: 'explain',
    summary: 'Explain a kind or one of its fields',
    positionals: [
      { name: 'KIND[.FIELD]', required: true, description: 'For instance workspace.spec.source.' },
    ],
    options: [
      { name: 'recursive', description: 'Show the fields of fields too, without their descriptions.' },
      kubeconfig,
    ],
    examples: ['plinth explain workspace', 'plinth explain workspace.spec.source --recursive'],
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'doctor',
    summary: 'Examine an installation and say what is wrong and what to do',
    positionals: [],
    options: [data],
    notes: [
      'It changes nothing. The exit code is 1 when something is wrong. It may run beside the control plane.',
    ],
    examples: ['plinth doctor', 'plinth doctor --data /var/lib/plinth --json'],
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'version',
    summary: 'Print the versions of Plinth and Node',
    positionals: [],
    options: [],
    examples: ['plinth version --json'],
    load: () => import('./commands/version.ts'),
  },
  {
    name: 'help',
    summary: 'Explain a command',
    positionals: [{ name: 'COMMAND', required: false, description: 'The command.' }],
    options: [],
    examples: ['plinth help up'],
    load: () => import('./commands/help.ts'),
  },
  {
    name: 'completion',
    summary: 'Print the completion script of a shell',
    positionals: [
      { name: 'SHELL', required: true, choices: ['bash', 'zsh', 'fish'], description: 'bash, zsh or fish.' },
    ],
    options: [],
    examples: [
      'source <(plinth completion bash)',
      'plinth completion zsh > "${fpath[1]}/_plinth"',
      'plinth completion fish > ~/.config/fish/completions/plinth.fish',
    ],
    load: () => import('./commands/completion.ts'),
  },
];
