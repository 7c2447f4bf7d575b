import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { Exact, PlanError, parsePlan, printJson } from '../src/index.ts';
import { plan, planText, read, resource } from './plan-sample.ts';

function refused(text: string, message: RegExp): void {
  throws(
    () => read(text),
    (error) => {
      ok(error instanceof PlanError, String(error));
      ok(message.test(error.message), error.message);
      return true;
    },
  );
}

test('all that a resource change says', () => {
  const [one] = plan({
    resource_changes: [
      resource(
        {
          actions: ['create', 'delete'],
          before: { a: 1 },
          after: {},
          after_unknown: { a: true },
          before_sensitive: { a: true },
          replace_paths: [['a'], ['list', 0, 'b'], ['set', { of: 1 }, 'c']],
          importing: { id: 'i-1' },
          generated_config: 'resource {}',
        },
        {
          address: 'module.a["k"].x_server.web["eu"]',
          previous_address: 'x_server.old',
          module_address: 'module.a["k"]',
          index: 'eu',
          deposed: '1a2b3c4d',
          action_reason: 'replace_because_tainted',
        },
      ),
    ],
  }).resourceChanges;
  deepEqual(one, {
    address: 'module.a["k"].x_server.web["eu"]',
    previousAddress: 'x_server.old',
    moduleAddress: 'module.a["k"]',
    mode: 'managed',
    type: 'x_server',
    name: 'web',
    index: 'eu',
    isIndexUnknown: false,
    deposed: '1a2b3c4d',
    provider: 'registry.terraform.io/x/x',
    actionReason: 'replace_because_tainted',
    change: {
      action: 'replace',
      replaceOrder: 'create-then-delete',
      before: { a: 1 },
      after: {},
      afterUnknown: { a: true },
      beforeSensitive: { a: true },
      afterSensitive: {},
      replacePaths: [['a'], ['list', 0, 'b'], ['set']],
      importing: { id: 'i-1', identity: undefined, isUnknown: false },
      generatedConfig: 'resource {}',
    },
  });
});

test('all that a plan says of itself', () => {
  const read = plan({
    timestamp: '2026-11-22T01:27:29Z',
    applyable: true,
    complete: false,
    errored: false,
    variables: { region: { value: 'eu' }, nothing: {} },
    prior_state: { format_version: '1.0', terraform_version: '1.11.3', serial: 7, lineage: 'l' },
    relevant_attributes: [{ resource: 'x_server.web', attribute: ['a', 0] }],
    deferred_changes: [{ reason: 'absent_prereq', resource_change: resource({ actions: ['read'] }) }],
    resource_drift: [resource({ actions: ['delete'] })],
    output_changes: { o: { actions: ['create'], after_unknown: true } },
    checks: [
      {
        address: { kind: 'check', name: 'c', to_display: 'check.c' },
        status: 'fail',
        instances: [{ address: { to_display: 'check.c' }, status: 'fail', problems: [{ message: 'no' }] }],
      },
    ],
    member_of_a_later_version: {},
  });
  equal(read.timestamp, '2026-11-22T01:27:29Z');
  deepEqual(
    [read.isApplyable, read.isComplete, read.isErrored, read.isRedacted],
    [true, false, false, false],
  );
  deepEqual(
    [...read.variables],
    [
      ['region', 'eu'],
      ['nothing', null],
    ],
  );
  deepEqual(read.priorState, { terraformVersion: '1.11.3', serial: 7, lineage: 'l' });
  deepEqual(read.relevantAttributes, [{ resource: 'x_server.web', attribute: ['a', 0] }]);
  equal(read.deferredChanges[0]?.reason, 'absent_prereq');
  equal(read.resourceDrift[0]?.change.action, 'delete');
  equal(read.outputChanges.get('o')?.afterUnknown, true);
  deepEqual(read.checks[0], {
    address: 'check.c',
    kind: 'check',
    status: 'fail',
    instances: [{ address: 'check.c', status: 'fail', problems: ['no'] }],
  });
});

test('every combination of actions that there is, and no other', () => {
  const actionOf = (...actions: string[]) => {
    const { change } = plan({ resource_changes: [resource({ actions })] }).resourceChanges[0] ?? {};
    return [change?.action, change?.replaceOrder];
  };
  for (const one of ['no-op', 'create', 'read', 'update', 'delete', 'forget']) {
    deepEqual(actionOf(one), [one, undefined]);
  }
  deepEqual(actionOf('delete', 'create'), ['replace', 'delete-then-create']);
  deepEqual(actionOf('create', 'forget'), ['replace', 'create-then-forget']);
  const text = planText({ resource_changes: [resource({ actions: ['delete', 'forget'] })] });
  refused(text, /^resource_changes\[0\]\.change\.actions: no known action: \[delete,forget\]$/);
});

test('numbers that no float holds stay as they are written', () => {
  const text = planText({ variables: { n: { value: 'N' } } });
  for (const number of ['123456789012345678901234567890', '0.1234567890123456789', '1e400', '-0.0']) {
    const exact = read(text.replace('"N"', number));
    deepEqual(exact.variables.get('n'), number === '-0.0' ? -0 : new Exact(number));
    if (number !== '-0.0') equal(printJson(exact.document), text.replace('"N"', number));
  }
  for (const number of ['1.50', '1e3', '0.1', '9007199254740991']) {
    equal(read(text.replace('"N"', number)).variables.get('n'), Number(number));
  }
});

test('names that every object inherits are names like others', () => {
  const text = planText({ variables: { x: { value: 0 } } }).replace('"x"', '"__proto__"');
  const odd = read(text);
  deepEqual([...odd.variables], [['__proto__', 0]]);
  equal(printJson(odd.document), text);
  equal(read(planText({ constructor: {} })).terraformVersion, '1.11.4');
});

test('what is no plan is refused, and where', () => {
  refused('', /^line 1, column 1: expected a value, found the end of the text: it is cut off$/);
  refused('[]', /^the plan: expected an object, found an array$/);
  refused('{}', /^format_version: expected a text, found none: this is no plan/);
  refused('{"version":4,"lineage":"l"}', /found a state file/);
  refused('{"format_version":"1.0","values":{}}', /^values: expected a plan, found a state/);
  refused('{"format_version":"2.0"}', /^format_version: expected 1\.x, found "2\.0"/);
  refused('{"format_version":"0.2"}', /found "0\.2"; Terraform has written 1\.x since 1\.1$/);
  refused('{"a":1,\n"a":2}', /^line 2, column 4 \(in a\): expected a member that is not there twice/);
  refused('{"a":[1,{"b c":tru}]}', /^line 1, column 16 \(in a\[1\]\["b c"\]\): expected a value, found "t"$/);
  refused('{"a":"\u0001"}', /expected the end of a string, found "\\u0001"/);
  refused('{"a":"\\x"}', /expected an escape of JSON/);
  refused('{"a":01}', /expected "," or "}", found "1"/);
  refused(`{"a":${'['.repeat(300)}`, /nested more than 256 deep/);
  refused(planText({ resource_changes: {} }), /^resource_changes: expected an array, found an object$/);
  refused(
    planText({ resource_changes: [{}] }),
    /^resource_changes\[0\]\.address: expected a text, found nothing$/,
  );
  refused(planText({ checks: [{ address: {}, status: 1 }] }), /^checks\[0\]\.status: .* found a number$/);
  throws(() => parsePlan(Buffer.from([0x7b, 0xff])), /not UTF-8/);
});

test('a text that is cut off anywhere is refused', () => {
  const text = planText({ resource_changes: [resource({ before: { a: [1, 'é"\\'] } })] });
  for (let length = 0; length < text.length; length++) {
    throws(() => read(text.slice(0, length)), PlanError, text.slice(0, length));
  }
});
