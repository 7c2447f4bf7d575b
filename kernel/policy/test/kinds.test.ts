import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Attempt, configMaps, PolicyWorld } from './policy-world.ts';

const apiVersion = 'admissionregistration.k8s.io/v1';
const fine = { matchConstraints: { resourceRules: [configMaps] }, validations: [{ expression: 'true' }] };
const policy = (spec: object | undefined, name = 'rules'): object => ({
  apiVersion,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  ...(spec ? { spec } : {}),
});
const binding = (spec: object, name = 'bound'): object => ({
  apiVersion,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name },
  spec,
});

function causes({ error }: Attempt): string[] {
  return (error?.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`);
}

describe('a ValidatingAdmissionPolicy', () => {
  let world: PolicyWorld;
  before(async () => {
    world = await PolicyWorld.start();
  });
  const refused = async (spec: object | undefined, expected: readonly string[]): Promise<void> => {
    const attempt = await world.write(policy(spec), { dryRun: true });
    deepEqual(causes(attempt), expected);
  };

  test('is completed as Kubernetes completes it', async () => {
    const { object, warnings } = await world.write(policy(fine), { dryRun: true });
    deepEqual(warnings, []);
    deepEqual(object?.['spec'], {
      matchConstraints: {
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        resourceRules: [{ ...configMaps, scope: '*' }],
      },
      validations: [{ expression: 'true' }],
      failurePolicy: 'Fail',
    });
  });

  test('needs constraints, rules in them, and something to do', async () => {
    await refused(undefined, ['spec: Required value']);
    const detail = 'validations or auditAnnotations must contain at least one item';
    await refused({}, [
      'spec.matchConstraints: Required value',
      `spec.validations: Required value: ${detail}`,
      `spec.auditAnnotations: Required value: ${detail}`,
    ]);
    await refused({ ...fine, matchConstraints: {} }, ['spec.matchConstraints.resourceRules: Required value']);
  });

  test('is refused with the place of each wrong value', async () => {
    await refused({ ...fine, failurePolicy: 'Maybe' }, [
      'spec.failurePolicy: Unsupported value: "Maybe": supported values: "Fail", "Ignore"',
    ]);
    const rule = { ...configMaps, operations: ['*', 'CREATE'], apiVersions: [''], resources: ['*', 'pods'] };
    await refused({ ...fine, matchConstraints: { resourceRules: [rule] } }, [
      'spec.matchConstraints.resourceRules[0].operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must not specify other operations',
      'spec.matchConstraints.resourceRules[0].apiVersions[0]: Required value',
      'spec.matchConstraints.resourceRules[0].resources: Invalid value: ["*","pods"]: if \'*\' is present, must not specify other resources without subresources',
    ]);
    await refused({ ...fine, paramKind: { apiVersion: 'a/b/c', kind: 'Upper Case' } }, [
      'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      `spec.paramKind.kind: Invalid value: "Upper Case": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
    ]);
    const validations = [{ expression: 'true', message: 'a\nb', reason: 'Because' }];
    await refused({ ...fine, validations }, [
      'spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
      'spec.validations[0].reason: Unsupported value: "Because": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
    ]);
    const variables = [
      { name: 'namespace', expression: '1' },
      { name: 'fine', expression: ' ' },
    ];
    await refused({ ...fine, variables }, [
      'spec.variables[0].name: Invalid value: "namespace": name is not a valid CEL identifier',
      'spec.variables[1].expression: Required value: expression is not specified',
    ]);
    const auditAnnotations = [
      { key: 'a', valueExpression: "'x'" },
      { key: 'a', valueExpression: "'y'" },
    ];
    await refused({ ...fine, auditAnnotations }, ['spec.auditAnnotations[1].key: Duplicate value: "a"']);
  });

  test('has variables and conditions of different names', async () => {
    const twice = [
      { name: 'a', expression: 'true' },
      { name: 'a', expression: 'true' },
    ];
    for (const field of ['variables', 'matchConditions']) {
      const attempt = await world.write(policy({ ...fine, [field]: twice }), { dryRun: true });
      deepEqual(causes(attempt), [`spec.${field}[1]: Duplicate value: {"name":"a"}`]);
    }
  });

  test('is refused when an expression does not compile, with line and column', async () => {
    const attempt = await world.write(
      policy({ ...fine, validations: [{ expression: "object.spec.a ==\n  missing + 'x'" }] }),
      { dryRun: true },
    );
    equal(attempt.error?.code, 422);
    match(
      attempt.error?.message ?? '',
      /spec.validations\[0\].expression: Invalid value: .*compilation failed: ERROR: <input>:2:3: undeclared reference to 'missing' \(in container ''\)\n \| {3}missing \+ 'x'\n \| \.\.\^/s,
    );
  });

  const wrong: readonly [string, object, RegExp][] = [
    ['a rule that is no truth', { validations: [{ expression: "'yes'" }] }, /must evaluate to bool/],
    [
      'types that do not fit',
      { validations: [{ expression: "1 + 'a' == 2" }] },
      /found no matching overload/,
    ],
    [
      'a field that a request has not',
      { validations: [{ expression: 'request.user == ""' }] },
      /undefined field/,
    ],
    ['parameters without a kind of them', { validations: [{ expression: 'params.a == 1' }] }, /undeclared/],
    [
      'an authorizer in a message',
      {
        validations: [
          { expression: 'true', messageExpression: "authorizer.path('/').check('get').reason()" },
        ],
      },
      /undeclared reference to 'authorizer'/,
    ],
    [
      'a message that is no text',
      { validations: [{ expression: 'true', messageExpression: '1' }] },
      /string/,
    ],
    [
      'an audit annotation that is no text',
      { auditAnnotations: [{ key: 'a', valueExpression: '1' }] },
      /must evaluate to string or null/,
    ],
    [
      'a variable before it is there',
      {
        variables: [
          { name: 'a', expression: 'variables.b' },
          { name: 'b', expression: '1' },
        ],
      },
      /undefined field 'b'/,
    ],
    [
      'a variable of another type',
      {
        variables: [{ name: 'a', expression: '[1, 2]' }],
        validations: [{ expression: "variables.a == 'x'" }],
      },
      /found no matching overload/,
    ],
    [
      'variables in match conditions',
      {
        variables: [{ name: 'a', expression: '1' }],
        matchConditions: [{ name: 'c', expression: 'variables.a == 1' }],
      },
      /undeclared reference to 'variables'/,
    ],
  ];
  for (const [title, spec, expected] of wrong) {
    test(`is refused for ${title}`, async () => {
      const { error } = await world.write(policy({ ...fine, ...spec }), { dryRun: true });
      equal(error?.code, 422);
      match(error.message, expected);
    });
  }

  test('warns of kinds that nobody serves', async () => {
    const { error, warnings } = await world.write(
      policy({
        ...fine,
        paramKind: { apiVersion: 'rules.example.com/v1', kind: 'Limit' },
        matchConstraints: { resourceRules: [configMaps, { ...configMaps, resources: ['gadgets'] }] },
      }),
      { dryRun: true },
    );
    equal(error, undefined);
    equal(warnings.length, 2);
    match(warnings[0] ?? '', /^spec.paramKind: no kind Limit of rules.example.com\/v1 is served/);
    match(warnings[1] ?? '', /^spec.matchConstraints.resourceRules\[1\]: no resource that is served fits it/);
  });

  test('warns of fields that the kind does not have, and takes the policy', async () => {
    const { error, warnings } = await world.write(
      policy({ ...fine, validations: [{ expression: 'object.spec.replicas < 3' }] }),
      { dryRun: true },
    );
    equal(error, undefined);
    match(
      warnings.join('\n'),
      /spec.validations\[0\].expression: v1, Kind=ConfigMap: .*undefined field 'spec'/,
    );
  });
});

describe('a ValidatingAdmissionPolicyBinding', () => {
  let world: PolicyWorld;
  before(async () => {
    world = await PolicyWorld.start();
    await world.must(policy(fine, 'rules'));
    await world.must(policy({ ...fine, paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }, 'with-params'));
  });
  const deny = { policyName: 'rules', validationActions: ['Deny'] };

  test('is refused with the place of each wrong value', async () => {
    const refused = async (spec: object, expected: readonly string[]): Promise<void> => {
      deepEqual(causes(await world.write(binding(spec), { dryRun: true })), expected);
    };
    await refused({}, [
      'spec.policyName: Required value',
      'spec.validationActions: Required value: at least one validation action is required',
    ]);
    await refused({ ...deny, validationActions: ['Deny', 'Warn'] }, [
      'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    ]);
    await refused({ ...deny, validationActions: ['Shout'] }, [
      'spec.validationActions[0]: Unsupported value: "Shout": supported values: "Audit", "Deny", "Warn"',
    ]);
    await refused({ ...deny, paramRef: { name: 'a', selector: {}, parameterNotFoundAction: 'Deny' } }, [
      'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
    ]);
    await refused({ ...deny, paramRef: {} }, [
      'spec.paramRef: Required value: one of name or selector must be specified',
      'spec.paramRef.parameterNotFoundAction: Required value',
    ]);
  });

  const doubtful: readonly [string, object, RegExp][] = [
    ['there is no such policy', { policyName: 'nowhere' }, /there is no ValidatingAdmissionPolicy "nowhere"/],
    [
      'the policy takes no parameters',
      { paramRef: { name: 'a', parameterNotFoundAction: 'Deny' } },
      /the policy takes no parameters/,
    ],
    ['parameters are missing', { policyName: 'with-params' }, /without them it is given null/],
    [
      'the parameters are not there',
      {
        policyName: 'with-params',
        paramRef: { name: 'a', namespace: 'default', parameterNotFoundAction: 'Deny' },
      },
      /there is no ConfigMap "a" in namespace default; until there is, what the policy matches is refused/,
    ],
  ];
  for (const [title, spec, expected] of doubtful) {
    test(`warns when ${title}`, async () => {
      const { error, warnings } = await world.write(binding({ ...deny, ...spec }), { dryRun: true });
      equal(error, undefined);
      ok(warnings.length === 1);
      match(warnings[0] ?? '', expected);
    });
  }
});
