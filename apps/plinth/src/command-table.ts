import type { CommandSpec } from './cli/command.ts';
import { data, kubeconfig, namespace } from './cli/shared-options.ts';
import { stackCommand } from './stack/stack-command.ts';
import { storeCommands } from './store-commands.ts';

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
      {
        name: 'tls-san',
        value: 'NAME',
        many: true,
        description: 'A name or address that clients use, for the certificate; may be repeated.',
      },
      { name: 'no-workspace', description: 'Apply no workspace; those applied before stay.' },
      {
        name: 'database',
        value: 'URL',
        description:
          'PostgreSQL database, postgres://USER@HOST/DB, that several processes share; default SQLite.',
      },
      {
        name: 'role',
        value: 'ROLE',
        choices: ['all', 'api', 'controllers', 'workers'],
        description: 'With --database: what this process does, all or one of api, controllers, workers.',
      },
      {
        name: 'keys',
        value: 'DIR',
        description: 'Keys that processes on one database share; default --data.',
      },
    ],
    notes: [
      'A URL with a password belongs into PLINTH_DATABASE, where other users do not see it.',
      'Ctrl-C stops it in good order, a second one at once. Starting again with the same data continues.',
      'With --json every fact is one JSON object on a line.',
    ],
    examples: [
      'plinth up',
      'plinth up ./prod --data /var/lib/plinth',
      'plinth up https://host/repository.git#main',
      'plinth up --database postgres://plinth@db.example/plinth --role workers',
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
      {
        name: 'tenant',
        value: 'NAME',
        description: 'Issue it for the virtual cluster of this tenant; without --user for its administrator.',
      },
      { name: 'content', description: "Print the administrator's kubeconfig instead of its path." },
    ],
    notes: ['What a user may do is said by RoleBindings and ClusterRoleBindings to the name and the groups.'],
    examples: [
      'export KUBECONFIG=$(plinth kubeconfig)',
      'plinth kubeconfig --user alice --group developers > alice.kubeconfig',
      'plinth kubeconfig --tenant acme > acme.kubeconfig',
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
    name: 'plan',
    summary: 'Show what a change would do, and store it as a plan',
    positionals: [],
    options: [
      {
        name: 'filename',
        short: 'f',
        value: 'FILE|DIR',
        many: true,
        description: 'Manifests: a file, a directory with all below it, or - for standard input.',
      },
      {
        name: 'delete',
        value: 'KIND/NAME',
        many: true,
        description: 'An object to delete; may be repeated.',
      },
      {
        name: 'prune',
        description: 'Delete what plans applied before and is not in the files, as far as -l selects it.',
      },
      { name: 'selector', short: 'l', value: 'LABELS', description: 'Which objects --prune may delete.' },
      { name: 'force-conflicts', description: 'Take over fields that others manage.' },
      { name: 'name', value: 'NAME', description: 'Name of the plan; default plan- and five characters.' },
      {
        name: 'output',
        short: 'o',
        value: 'FORM',
        choices: ['text', 'json', 'yaml'],
        description: 'text (default), json or yaml.',
      },
      { name: 'detailed-exitcode', description: 'Exit with 2 when the plan has changes.' },
      namespace,
      kubeconfig,
    ],
    notes: [
      'Nothing is changed: the plan is evaluated by the code that applies it, and stored to be approved and applied.',
      'The exit code is 1 when the change is not possible.',
    ],
    examples: [
      'plinth plan -f prod/',
      'plinth plan -f app.yaml --delete configmap/old-flags -n shop',
      'plinth plan -f prod/ --prune -l app=shop -o json',
    ],
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'approve',
    summary: 'Approve or reject a plan, or a waiting step of a run',
    positionals: [
      {
        name: 'PLAN|run/NAME',
        required: true,
        description: 'A plan by its name, or run/ and the name of a run.',
      },
    ],
    options: [
      { name: 'reject', description: 'Reject it instead.' },
      { name: 'reason', value: 'TEXT', description: 'Why, for those who read it later.' },
      {
        name: 'expires',
        value: 'TIME',
        description: 'When the decision ends to count, such as 30m, 8h or 3d from now; default never.',
      },
      {
        name: 'digest',
        value: 'DIGEST',
        description: 'The digest that was looked at, or its beginning; another one is refused.',
      },
      { name: 'step', value: 'STEP', description: 'The step of a run, where several wait.' },
      namespace,
      kubeconfig,
    ],
    notes: ['The author of a plan or run cannot approve it.'],
    examples: [
      'plinth approve plan-7q2m4',
      'plinth approve plan-7q2m4 --reject --reason "not before the weekend"',
      'plinth approve run/restore-drill -n recovery --expires 8h',
    ],
    load: () => import('./commands/approve.ts'),
  },
  {
    name: 'apply',
    summary: 'Apply manifests with server-side apply, or a plan',
    positionals: [{ name: 'PLAN', required: false, description: 'A plan, instead of -f.' }],
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
      {
        name: 'wait',
        value: 'SECONDS',
        description: 'How long the objects of a plan are waited for; default 60, 0 does not wait.',
      },
      {
        name: 'when-approved',
        description: 'Leave it to a run to apply the plan as soon as it is approved, with your rights.',
      },
      namespace,
      kubeconfig,
    ],
    notes: [
      'Of files, every document is tried; the exit code is 1 when one of them failed.',
      'A plan is applied wholly or not at all, and only as it was approved.',
    ],
    examples: [
      'plinth apply -f app.yaml',
      'plinth apply -f deploy/ --dry-run',
      'cat app.yaml | plinth apply -f -',
      'plinth apply plan-7q2m4',
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
    name: 'audit',
    summary: 'Read, export and verify the audit log',
    positionals: [
      {
        name: 'ACTION',
        required: true,
        choices: ['tail', 'export', 'verify', 'erase'],
        description: 'tail, export DIR, verify [DIR|URL] or erase USERNAME.',
      },
      { name: 'PLACE', required: false, description: 'The directory, the URL or the user.' },
    ],
    options: [
      { name: 'from', value: 'N', description: 'tail: begin at this entry; default 0.' },
      { name: 'follow', short: 'f', description: 'tail: wait for what is still to come.' },
      { name: 'without-actors', description: 'export: leave out who acted.' },
      { name: 'key', value: 'KEY', description: 'verify: the verifier key that you trust.' },
      {
        name: 'since',
        value: 'FILE',
        description: 'verify: a checkpoint seen earlier, which the log must go on from.',
      },
      kubeconfig,
    ],
    notes: [
      'verify DIR needs no server; without DIR it verifies the log of the control plane.',
      'verify URL reads what is below it, such as the files of an export on a web server.',
      'erase makes unreadable who acted; the entries stay and can be verified as before.',
    ],
    examples: [
      'plinth audit tail -f',
      'plinth audit export backup/audit',
      'plinth audit verify backup/audit',
    ],
    load: () => import('./commands/audit.ts'),
  },
  {
    name: 'run',
    summary: 'Start, follow and steer runs',
    positionals: [
      {
        name: 'ACTION',
        required: true,
        choices: ['start', 'logs', 'cancel', 'pause', 'resume'],
        description: 'start DEFINITION, logs NAME, cancel NAME, pause NAME or resume NAME.',
      },
      { name: 'NAME', required: false, description: 'The definition to start, or the run.' },
    ],
    options: [
      { name: 'input', value: 'JSON', description: 'start: the input, an object.' },
      { name: 'follow', short: 'f', description: 'logs: wait for what is still to come until the run ends.' },
      { name: 'step', value: 'NAME', description: 'logs: only this step.' },
      namespace,
      kubeconfig,
    ],
    notes: [
      'logs shows what the programs of a run print; with -f the exit code is 1 when the run failed.',
      'All about a run: kubectl describe run NAME.',
    ],
    examples: [
      `plinth run start demo.greet --input '{"name":"Ada"}'`,
      'plinth run logs demo-greet-x7k2p -f',
      'plinth run cancel demo-greet-x7k2p -n shop',
    ],
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'rules',
    summary: 'Check, test and backtest Prometheus rules',
    positionals: [
      {
        name: 'ACTION',
        required: true,
        choices: ['check', 'test', 'backtest', 'apply'],
        description: 'check rule files, test FILES of unit tests, backtest or apply rule files.',
      },
      { name: 'FILE', required: true, many: true, description: 'Files.' },
    ],
    options: [
      {
        name: 'since',
        value: 'TIME',
        description: 'backtest: from when on, an instant in RFC 3339 or a duration such as 30d; default 1d.',
      },
      { name: 'until', value: 'TIME', description: 'backtest: up to when, likewise; default now.' },
      namespace,
      kubeconfig,
    ],
    notes: [
      'check and test need no control plane; their files are those of promtool.',
      'apply makes a PrometheusRule of each rule file, named as the file.',
      'backtest replays a rule file over the metrics that the control plane has stored, and changes nothing.',
      'The exit code is 1 when a rule cannot be read or a test fails; that alerts would have fired is none.',
    ],
    examples: [
      'plinth rules check alerts.yml',
      'plinth rules test alerts.test.yml',
      'plinth rules backtest alerts.yml --since 30d',
      'plinth rules apply alerts.yml -n monitoring',
    ],
    load: () => import('./commands/rules.ts'),
  },
  stackCommand,
  ...storeCommands,
  {
    name: 'doctor',
    summary: 'Examine an installation and say what is wrong and what to do',
    positionals: [],
    options: [
      data,
      {
        name: 'database',
        value: 'URL',
        description: 'Examine this PostgreSQL database instead of the embedded store.',
      },
      { name: 'keys', value: 'DIR', description: 'Where the keys are, when not in --data.' },
      {
        name: 'output',
        short: 'o',
        value: 'FORM',
        choices: ['text', 'json'],
        description: 'text (default) or json, as --json.',
      },
    ],
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
