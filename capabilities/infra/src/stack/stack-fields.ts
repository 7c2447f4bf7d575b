import {
  conditionSchema,
  directoryField,
  driftPolicies,
  durationPattern,
  enumOf,
  gitFields,
  type KubeObject,
  listMapOf,
  Type,
} from '@plinth/kernel';
import type { Static } from 'typebox';

/** Holds a stack back until what it made has gone, or is known to stay. */
export const stackFinalizer = 'plinth.dev/stack';
/** When somebody last asked for a new plan, whatever has been done; any text, a new one asks. */
export const replanAnnotation = 'plinth.dev/replan';
/** As `plinth.dev/replan`, for a plan that waits for approval whatever the stack says. */
export const proposeAnnotation = 'plinth.dev/propose';
/** When somebody last asked to look for drift; any text, a new one asks. */
export const driftAnnotation = 'plinth.dev/check-drift';
/** Label of the runs of a stack. */
export const stackLabel = 'plinth.dev/stack';

const text = (description: string) => Type.String({ description });
const whole = (description: string) => Type.Integer({ format: 'int64', description });

const keyRef = (what: string) =>
  Type.Object(
    { name: Type.String({ minLength: 1, description: `The ${what}.` }), key: text('The key in it.') },
    { description: `A key of a ${what} in the same namespace.` },
  );

const origins = {
  secretKeyRef: Type.Optional(keyRef('Secret')),
  configMapKeyRef: Type.Optional(keyRef('ConfigMap')),
};

const variable = Type.Object({
  name: Type.String({
    pattern: '^[A-Za-z_][A-Za-z0-9_-]*$',
    description: 'Name of the input variable.',
  }),
  value: Type.Optional(
    Type.Unsafe<unknown>({
      'x-kubernetes-preserve-unknown-fields': true,
      description: 'Its value, of any type. Not for secrets.',
    }),
  ),
  ...origins,
  stackOutputRef: Type.Optional(
    Type.Object(
      { name: Type.String({ minLength: 1, description: 'The Stack.' }), output: text('The output of it.') },
      {
        description:
          'An output of another Stack in the same namespace, which is applied before this one is planned.',
      },
    ),
  ),
});

const environmentVariable = Type.Object({
  name: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$', description: 'Name in the environment.' }),
  value: Type.Optional(text('Its value. Not for secrets.')),
  ...origins,
});

const approval = Type.Object(
  {
    when: enumOf(['Always', 'Destructive', 'Never'], {
      default: 'Always',
      description: 'Which plans wait for approval: all, those that delete or replace something, or none.',
    }),
    groups: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: 20,
        description: 'Groups that are asked; absent: anybody else.',
      }),
    ),
    count: Type.Integer({ default: 1, minimum: 1, maximum: 10, description: 'Approvals needed.' }),
    expiresAfter: Type.String({
      default: '7d',
      pattern: durationPattern,
      description: 'How long a plan waits before it is given up.',
    }),
  },
  { default: {}, description: 'Who has to agree before a plan is applied.' },
);

const drift = Type.Object(
  {
    schedule: Type.String({ description: 'When to look, as a cron expression of five fields.' }),
    timeZone: Type.String({ default: 'UTC', description: 'Its time zone, such as Europe/Berlin.' }),
    policy: enumOf(driftPolicies, {
      default: 'report',
      description:
        'What is done: report only tells, propose makes a plan that waits for approval, correct makes one that is applied as ' +
        '`approval` of the stack says.',
    }),
  },
  { description: 'Looks at times whether what is there has been changed outside of Terraform.' },
);

const cost = Type.Object(
  {
    command: Type.Array(Type.String({ minLength: 1, maxLength: 4_096 }), {
      default: ['infracost', 'breakdown', '--path', 'plan.json', '--format', 'json', '--log-level', 'error'],
      minItems: 1,
      maxItems: 100,
      description:
        'The program that is asked, and its arguments. It starts in a directory with plan.json, which is the plan without secrets, ' +
        'has the environment of the stack, and prints the JSON format of Infracost.',
    }),
    timeout: Type.String({
      default: '2m',
      pattern: durationPattern,
      description: 'How long it may take.',
    }),
    approvalAbove: Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,15}(\\.[0-9]{1,24})?$',
        description:
          'What a plan may add to the monthly cost without being asked about, such as "100.00". One that adds more, or whose cost ' +
          'nobody can tell, waits for approval whatever `approval.when` says.',
      }),
    ),
  },
  { description: 'Has the cost of each plan told before anybody is asked about it.' },
);

/** The spec of a Stack. */
export const stackSpec = Type.Object(
  {
    source: Type.Object(
      {
        directory: Type.Optional(directoryField('A directory with a configuration.')),
        git: Type.Optional(
          Type.Object(
            {
              ...gitFields,
              secretRef: Type.Optional(
                Type.Object(
                  { name: Type.String({ minLength: 1, description: 'The Secret.' }) },
                  { description: 'A Secret of the same namespace with `username` and `password`.' },
                ),
              ),
            },
            { description: 'A git repository.' },
          ),
        ),
        upload: Type.Optional(
          Type.Object(
            {},
            {
              description:
                'What `terraform apply` uploads from a directory with a `cloud` block for the workspace of the same namespace and name.',
            },
          ),
        ),
        module: Type.Optional(
          Type.Object(
            {
              source: Type.String({
                pattern: '^[a-z0-9-]+/[a-z0-9-]+/[a-z0-9-]+$',
                maxLength: 253,
                description: 'The module, as NAMESPACE/NAME/PROVIDER.',
              }),
              version: Type.String({
                default: '>= 0.0.0',
                maxLength: 253,
                description:
                  'Which versions are meant, such as `~> 1.2`; the newest of them is taken, and planned when another one is.',
              }),
            },
            { description: 'A module of the registry of this control plane.' },
          ),
        ),
      },
      { description: 'Where the configuration is: exactly one of directory, git, module and upload.' },
    ),
    workingDirectory: Type.String({
      default: '.',
      maxLength: 1_024,
      description:
        'The directory in the source that is the root module; others beside it can hold its modules.',
    }),
    program: enumOf(['terraform', 'tofu'], {
      default: 'terraform',
      description: 'What plans and applies: Terraform or OpenTofu, as PATH of the machine has it.',
    }),
    state: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
        maxLength: 253,
        description:
          'The TerraformState that it works on, made when it is absent; the name of the stack when left out.',
      }),
    ),
    variables: Type.Optional(
      listMapOf(variable, ['name'], {
        maxItems: 200,
        description: 'Input variables. They go before what files of the source say.',
      }),
    ),
    variableFiles: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 1_024 }), {
        maxItems: 20,
        description: 'Files of the working directory with input variables, such as `prod.tfvars`.',
      }),
    ),
    environment: Type.Optional(
      listMapOf(environmentVariable, ['name'], {
        maxItems: 100,
        description: 'The environment of the program, such as the credentials of its providers.',
      }),
    ),
    approval,
    cost: Type.Optional(cost),
    drift: Type.Optional(drift),
    deletionPolicy: enumOf(['Retain', 'Destroy'], {
      default: 'Retain',
      description:
        'What becomes of what it made when the stack is deleted: it stays, with its state, or is destroyed.',
    }),
    destroyProtection: Type.Boolean({
      default: true,
      description: 'Refuses the deletion of a stack that would destroy what it made.',
    }),
    interval: Type.String({
      default: '1m',
      pattern: durationPattern,
      description: 'How often the source is looked at.',
    }),
    suspend: Type.Boolean({ default: false, description: 'Starts nothing while true.' }),
    planTimeout: Type.String({
      default: '30m',
      pattern: durationPattern,
      description: 'How long a plan may take.',
    }),
    applyTimeout: Type.String({
      default: '2h',
      pattern: durationPattern,
      description: 'How long an apply may take; it is asked to end in order then.',
    }),
    requestedBy: Type.Optional(
      Type.Object(
        {
          username: text('Name of the user.'),
          groups: Type.Optional(Type.Array(Type.String(), { description: 'Groups of the user.' })),
        },
        {
          description:
            'Who made the stack or last changed it; the server fills it in. They cannot approve its plans.',
        },
      ),
    ),
  },
  { description: 'What to keep applied, and how.' },
);

const view = Type.Object(
  { from: whole('Place of its first entry.'), entries: whole('Its entries.') },
  { description: 'Where the plan is kept, without secrets.' },
);

const finding = Type.Object({
  effect: text('deny, warn or waived.'),
  severity: text('critical, high, medium or low.'),
  policy: text('The PlanPolicy.'),
  check: text('The check in it; empty when the policy itself is wrong.'),
  title: text('What the check asks for.'),
  verdict: text('fail, unknown or error.'),
  address: text('The resource; empty when it is about the plan.'),
  message: text('What was found; may be empty.'),
  remedy: text('What to do.'),
});

/** A plan, as statuses tell of it. */
export const stackPlan = Type.Object(
  {
    run: text('The run that made it.'),
    runUid: text('Unique id of that run.'),
    at: text('When it was made.'),
    revision: text('What was planned: commit, or digest of the files.'),
    outcome: text('changes, only-outputs, only-drift, only-deferred, no-changes or errored.'),
    headline: text('What it would do, in figures.'),
    destructive: Type.Array(Type.String(), { description: 'What it would delete or replace; the first 20.' }),
    digest: text('Digest of exactly that.'),
    stateSerial: Type.Optional(
      whole('Serial of the state that it was made from; absent when there was none.'),
    ),
    programVersion: text('Version of the program that made it.'),
    policy: Type.Object(
      {
        version: text('Names the policies and waivers that were in force.'),
        verdict: text('allowed or denied.'),
        denied: whole('Findings that deny it.'),
        warned: whole('Findings that warn.'),
        waived: whole('Findings that a waiver takes back.'),
        findings: Type.Array(finding, { description: 'What was found, the worst first: the first 20.' }),
      },
      { description: 'What policies said of it.' },
    ),
    cost: Type.Optional(
      Type.Object(
        {
          currency: Type.Optional(text('The currency, in ISO 4217.')),
          monthly: Type.Optional(text('What all of it would cost by the month.')),
          monthlyBefore: Type.Optional(text('What it costs without the plan.')),
          monthlyChange: Type.Optional(text('What the plan adds; negative when it saves.')),
          problem: Type.Optional(text('Why nobody can tell.')),
        },
        { description: 'What it would cost; absent where nobody was asked.' },
      ),
    ),
    view,
  },
  { description: 'The newest plan.' },
);

const configuration = Type.Object(
  {
    name: text('The ConfigurationVersion.'),
    revision: text('Digest of its files.'),
    mode: text('apply, or destroy when all that it made was to be destroyed.'),
  },
  { description: 'What was last uploaded and applied, or destroyed.' },
);

const output = Type.Object({
  name: text('Its name.'),
  value: Type.Optional(text('Its value as JSON; absent when it is sensitive or long.')),
  sensitive: Type.Optional(Type.Boolean({ description: 'Whether nobody may see it.' })),
});

/** The status of a Stack. */
export const stackStatus = Type.Object(
  {
    observedGeneration: Type.Optional(whole('The generation that it is about.')),
    revision: Type.Optional(text('What the source has: commit, or digest of the files.')),
    run: Type.Optional(text('The run that works on it, or did last.')),
    fingerprint: Type.Optional(text('Names what that run was started for.')),
    attempt: Type.Optional(whole('Runs that were started for the same.')),
    turn: Type.Optional(text('The run that `terraform apply` started and whose turn it is, or was last.')),
    configuration: Type.Optional(configuration),
    plan: Type.Optional(stackPlan),
    applied: Type.Optional(
      Type.Object(
        {
          run: text('The run that applied it.'),
          revision: text('What was applied.'),
          at: text('When.'),
          serial: Type.Optional(whole('Serial of the state since then.')),
          resources: Type.Optional(whole('Resources in it.')),
        },
        { description: 'What was last applied, or found to be as declared.' },
      ),
    ),
    outputs: Type.Optional(Type.Array(output, { description: 'Its outputs.' })),
    dependencies: Type.Optional(
      Type.Array(
        Type.Object({
          name: text('The Stack, in the same namespace.'),
          outputs: Type.Array(Type.String(), { description: 'Outputs of it that are taken.' }),
        }),
        { description: 'Stacks that come before this one.' },
      ),
    ),
    requests: Type.Optional(
      Type.Object(
        {
          replan: Type.Optional(text('Of plinth.dev/replan.')),
          propose: Type.Optional(text('Of plinth.dev/propose.')),
          drift: Type.Optional(text('Of plinth.dev/check-drift.')),
        },
        {
          description:
            'What annotations asked for when that was last taken up: a run has been started for it, or a condition says what ' +
            'stands in the way.',
        },
      ),
    ),
    proposed: Type.Optional(text('The value of plinth.dev/propose that a run was last started for.')),
    driftRun: Type.Optional(text('The run that looks for drift, or did last.')),
    drift: Type.Optional(
      Type.Object(
        {
          checkedAt: text('When it was last looked for.'),
          drifted: whole('Resources that were changed outside of Terraform.'),
          addresses: Type.Array(Type.String(), { description: 'Which; the first 20.' }),
        },
        { description: 'What was last found of drift.' },
      ),
    ),
    history: Type.Optional(
      Type.Array(
        Type.Object({
          run: text('Name of the run.'),
          uid: text('Its unique id.'),
          mode: text('apply, destroy, refresh or drift.'),
          revision: text('What it was about.'),
          outcome: text('What came of it.'),
          at: text('When it ended.'),
          headline: Type.Optional(text('What its plan would do, in figures; absent when it made none.')),
          digest: Type.Optional(text('Digest of that plan.')),
          view: Type.Optional(view),
        }),
        { description: 'The newest runs, newest first.' },
      ),
    ),
    conditions: Type.Optional(listMapOf(conditionSchema, ['type'], { description: 'Ready, Drifted.' })),
  },
  { description: 'What was last seen and done.' },
);

export type StackSpec = Static<typeof stackSpec>;
export type StackStatus = Static<typeof stackStatus>;
export type StackVariable = Static<typeof variable>;
export type StackEnvironmentVariable = Static<typeof environmentVariable>;
export type StackPlan = Static<typeof stackPlan>;
export type StackFinding = Static<typeof finding>;
export type StackOutput = Static<typeof output>;
export type Stack = KubeObject & { spec: StackSpec; status?: StackStatus };

/** The kind as an id for clients. */
export const stacks = { group: 'plinth.dev', resource: 'stacks' } as const;

/** Whether an object that was read as a Stack has a spec; the API has checked what is in it. */
export function isStack(object: KubeObject | undefined): object is Stack {
  const given = object?.['spec'];
  return typeof given === 'object' && given !== null && 'source' in given;
}

/** A stack whose configuration comes by `terraform apply`; undefined for others, and where there is none. */
export function uploadedStack(object: KubeObject | undefined): Stack | undefined {
  return isStack(object) && object.spec.source.upload !== undefined ? object : undefined;
}

/** A revision as people write it. */
export function shortRevision(revision: string): string {
  return revision.replace(/^sha256:/, '').slice(0, 12);
}

/** The state that a stack works on. */
export function stateOf({ metadata, spec: { state } }: Stack): { namespace: string; name: string } {
  return { namespace: metadata.namespace ?? '', name: state ?? metadata.name };
}
