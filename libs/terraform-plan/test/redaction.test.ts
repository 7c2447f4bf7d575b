import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { type Plan, parsePlan, planDigest, printJson, redactPlan, renderPlan } from '../src/index.ts';
import { allThatIsShown, plan, planText, read, resource } from './plan-sample.ts';

const canary = 'canary-7f3a';

function hides(members: object, secret = canary): Plan {
  const one = plan(members);
  ok(printJson(one.document).includes(secret), 'the canary is not in the plan');
  const shown = allThatIsShown(one);
  ok(!shown.includes(secret), shown);
  const redacted = redactPlan(one);
  ok(printJson(redacted.document).includes('(sensitive'), 'nothing says that something was hidden');
  deepEqual(parsePlan(Buffer.from(printJson(redacted.document))), redacted);
  return redacted;
}

const sensitive = (value: unknown, more: object = {}): object =>
  resource({ before: { value }, before_sensitive: { value: true }, after: {}, ...more });

test('values that are marked, nested and in lists', () => {
  const redacted = hides({
    resource_changes: [
      resource({
        before: { a: { b: ['x', canary] } },
        before_sensitive: { a: { b: [false, true] } },
        after: { a: { b: ['x', `${canary}2`] } },
        after_sensitive: { a: { b: [false, true] } },
      }),
    ],
  });
  const { change } = redacted.resourceChanges[0] ?? {};
  deepEqual(change?.before, { a: { b: ['x', '(sensitive)'] } });
  deepEqual(change?.after, { a: { b: ['x', '(sensitive, changed)'] } });
  deepEqual(change?.afterSensitive, { a: { b: [false, true] } });
});

test('copies of what is marked, wherever they stand', () => {
  const copied = (members: object): Plan => hides({ resource_drift: [sensitive(canary)], ...members });
  const [copy] = copied({
    resource_changes: [
      resource(
        { before: null, after: { url: `db://u:${canary}@h` } },
        { address: `x.y["${canary}"]`, index: canary },
      ),
    ],
  }).resourceChanges;
  equal(copy?.address, 'x.y["(sensitive)"]');
  equal(copy?.index, '(sensitive)');
  deepEqual(copy?.change.after, { url: '(sensitive)' });
  deepEqual(copy?.change.afterSensitive, { url: true });
  copied({ resource_changes: [resource({ actions: ['no-op'] }, { previous_address: `x.${canary}` })] });
  copied({
    resource_changes: [resource({ after: { [canary]: 1 }, after_unknown: { [`${canary}-x`]: true } })],
  });
  copied({ resource_changes: [resource({ replace_paths: [['tags', canary]], importing: { id: canary } })] });
  copied({ resource_changes: [resource({ generated_config: `a = "${canary}"` })] });
  copied({
    checks: [
      {
        address: {},
        status: 'fail',
        instances: [{ address: {}, status: 'fail', problems: [{ message: `bad ${canary}` }] }],
      },
    ],
  });
  copied({
    configuration: { root_module: { resources: [{ expressions: { a: { constant_value: canary } } }] } },
  });
  copied({
    configuration: { provider_config: { x: { expressions: { host: { constant_value: canary } } } } },
  });
  copied({ relevant_attributes: [{ resource: `x.y["${canary}"]`, attribute: ['tags', canary] }] });
  copied({ a_member_of_a_later_version: { [canary]: [canary] } });
});

test('copies in other spellings', () => {
  const secret = 'p"a<s>s/wörd-1';
  const forms = [
    JSON.stringify({ inner: secret }),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    JSON.stringify({ inner: secret }).replace('<', '\\u003c').replace('>', '\\u003e'),
  ];
  const redacted = redactPlan(
    plan({ resource_drift: [sensitive(secret)], variables: { forms: { value: forms } } }),
  );
  deepEqual(redacted.variables.get('forms'), [
    '{"inner":"(sensitive)"}',
    ...Array(3).fill('(sensitive)'),
    '{"inner":"(sensitive)"}',
  ]);
  const key = `-----BEGIN-----\n${'QUJD'.repeat(12)}\n-----END-----\n`;
  const indented = key.replaceAll('\n', '\n    ');
  hides({ resource_drift: [sensitive(key)], variables: { file: { value: indented } } }, 'QUJD'.repeat(12));
});

test('variables and outputs that the configuration calls sensitive', () => {
  hides({
    variables: { pw: { value: canary } },
    configuration: { root_module: { variables: { pw: { default: `${canary}-default`, sensitive: true } } } },
  });
  hides({
    output_changes: {
      o: {
        actions: ['create'],
        before: null,
        after: { [canary]: 1 },
        after_unknown: false,
        before_sensitive: true,
        after_sensitive: true,
      },
    },
    planned_values: {
      outputs: { o: { sensitive: true, type: ['object', { [canary]: 'number' }], value: { [canary]: 1 } } },
    },
  });
  hides({
    configuration: {
      root_module: {
        outputs: { o: { sensitive: true, expression: { constant_value: canary } } },
        module_calls: {
          m: {
            expressions: { pw: { constant_value: `${canary}-call` } },
            module: { variables: { pw: { sensitive: true, default: `${canary}-inner` } } },
          },
        },
      },
    },
  });
});

test('the state before, and what is planned', () => {
  const module = (value: string): object => ({
    root_module: {
      child_modules: [
        {
          address: 'module.a',
          resources: [
            { address: 'module.a.x.y', values: { a: { b: value } }, sensitive_values: { a: true } },
          ],
        },
      ],
    },
  });
  hides({ prior_state: { format_version: '1.0', values: module(canary) } });
  hides({ planned_values: module(canary) });
  hides({ prior_state: { checks: [{ message: canary }] }, planned_values: module(canary) });
});

test('what is called a secret, and is not marked', () => {
  const named = (after: object): Plan => hides({ resource_changes: [resource({ after })] });
  const [one] = named({
    admin_password: canary,
    nested: { api_key: [canary] },
    is_token_valid: true,
    password: null,
  }).resourceChanges;
  deepEqual(one?.change.after, {
    admin_password: '(sensitive)',
    nested: { api_key: ['(sensitive)'] },
    is_token_valid: true,
    password: null,
  });
  deepEqual(one?.change.afterSensitive, { admin_password: true, nested: { api_key: [true] } });
  named({ env: [{ name: 'DB_PASSWORD', value: canary }] });
  named({ app_settings: { CLIENT_SECRET: canary } });
  named({ body: JSON.stringify({ properties: { adminPassword: canary } }) });
  named({ url: `https://user:${canary}@example.org/` });
  hides({ variables: { db_password: { value: canary } } });
  hides({
    configuration: { provider_config: { x: { expressions: { client_secret: { constant_value: canary } } } } },
  });
  hides({
    configuration: {
      root_module: { module_calls: { m: { source: `git::https://ci:${canary}@git.example.org/m` } } },
    },
  });
  hides({ output_changes: { token: { actions: ['create'], after: canary } } });
});

test('a constant of an attribute that an instance marks, however short it is', () => {
  const redacted = redactPlan(
    plan({
      resource_changes: [
        resource(
          { after: { pin: 'a' }, after_sensitive: { pin: true } },
          { address: 'module.m["k.v"].x_server.web[0]', module_address: 'module.m["k.v"]' },
        ),
      ],
      configuration: {
        root_module: {
          module_calls: {
            m: {
              module: {
                resources: [
                  {
                    address: 'x_server.web',
                    mode: 'managed',
                    expressions: { pin: { constant_value: 'a' }, size: { constant_value: 'b' } },
                  },
                ],
              },
            },
          },
        },
      },
    }),
  );
  const text = printJson(redacted.document);
  ok(text.includes('"pin":{"constant_value":"(sensitive)"}'), text);
  ok(text.includes('"size":{"constant_value":"b"}'), text);
});

test('marks that do not fit their value hide all of it', () => {
  for (const marks of [[true], { 0: true }, [false, false, true]]) {
    const change = { after: { list: ['x', 'y'] }, after_sensitive: { list: marks } };
    const [one] = redactPlan(plan({ resource_changes: [resource(change)] })).resourceChanges;
    deepEqual(one?.change.after, { list: '(sensitive)' });
  }
});

test('of a map that is sensitive as a whole not even the keys are left', () => {
  const redacted = hides({
    resource_changes: [
      resource({
        after: { m: { [canary]: 1 } },
        after_sensitive: { m: true },
        after_unknown: { m: { [`${canary}-u`]: true } },
      }),
    ],
  });
  deepEqual(redacted.resourceChanges[0]?.change.afterUnknown, {});
});

test('of the type of a sensitive output no key is left, though it is no secret elsewhere', () => {
  const value = { onlyletters: 1 };
  const type = ['object', { onlyletters: 'number' }];
  const text = printJson(
    redactPlan(plan({ planned_values: { outputs: { o: { sensitive: true, type, value } } } })).document,
  );
  ok(text.includes('"o":{"sensitive":true,"type":"string","value":"(sensitive)"}'), text);
});

test('secrets that overlap leave nothing of either', () => {
  const secret = ['begin-12', '12-middle', '12-mid'];
  const problems = [{ message: 'x begin-12-middle y 12-middle z' }];
  const redacted = redactPlan(
    plan({
      resource_drift: [sensitive(secret)],
      checks: [{ address: {}, status: 'fail', instances: [{ address: {}, status: 'fail', problems }] }],
    }),
  );
  deepEqual(redacted.checks[0]?.instances[0]?.problems, ['x (sensitive) y (sensitive 2) z']);
});

test('two names with different secrets stay two names', () => {
  const redacted = redactPlan(
    plan({
      resource_drift: [sensitive(['first-1', 'second-2'])],
      resource_changes: [resource({ after: { 'first-1': 1, 'second-2': 2, '(sensitive)': 3 } })],
    }),
  );
  deepEqual(redacted.resourceChanges[0]?.change.after, {
    '(sensitive)': 1,
    '(sensitive 2)': 2,
    '(sensitive)+': 3,
  });
});

test('words that stand everywhere, short texts and numbers are no secrets elsewhere', () => {
  const redacted = redactPlan(
    plan({
      resource_drift: [sensitive(['true', 'abc', 5432, 'sens'])],
      variables: {
        a: { value: ['true', 'abc', 15432, 5432, 'nonsense'] },
        token_type: { value: 'Bearer' },
        x: { value: 'Bearer' },
      },
    }),
  );
  deepEqual(redacted.variables.get('a'), ['true', 'abc', 15432, '(sensitive)', 'nonsense']);
  deepEqual([redacted.variables.get('token_type'), redacted.variables.get('x')], ['(sensitive)', 'Bearer']);
});

test('a plan without secrets stays as it is', () => {
  const text = planText({
    resource_changes: [resource({ before: { a: [1, { b: null }] }, after: { a: [] } })],
  });
  const { document } = redactPlan(read(text));
  deepEqual({ ...document, redacted: undefined }, { ...read(text).document, redacted: undefined });
});

test('redacting twice is redacting once, and what a text says of itself is not believed', () => {
  const one = plan({
    resource_changes: [sensitive(canary, { after: { value: 'other-secret', [canary]: 1 } })],
  });
  const once = redactPlan(one);
  equal(redactPlan(once), once);
  const again = redactPlan(read(printJson(once.document)));
  equal(printJson(again.document), printJson(once.document));
  equal(renderPlan(again, { form: 'text' }), renderPlan(one, { form: 'text' }));
  hides({ redacted: true, resource_changes: [sensitive(canary)] });
  ok(once.isRedacted && !one.isRedacted);
  equal(planDigest(one, Buffer.alloc(16)).length, 64);
});
