import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileChecks, evaluateInSteps, judged } from '../src/index.ts';
import { change, check, evaluate, planOf, verdictOf } from './plan-sample.ts';

describe('a verdict', () => {
  test('is unknown only where it depends on what is known after apply', () => {
    const after = { name: 'a', tags: { team: 'x' }, rules: [{ port: 22 }, {}] };
    const unknown = { id: true, kms: true, tags: { owner: true }, rules: [{}, { port: true }] };
    for (const [assert, verdict] of [
      ['change.after.name == "a"', 'pass'],
      ['change.after.name == "b"', 'fail'],
      ['change.after.kms == "x"', 'unknown'],
      ['has(change.after.kms)', 'unknown'],
      ['change.after.name == "a" || change.after.kms == "x"', 'pass'],
      ['change.after.kms == "x" && change.after.name == "b"', 'fail'],
      ['change.after.kms == "x" ? true : true', 'unknown'],
      ['has(change.after.name) && !has(change.after.absent)', 'pass'],
      ['change.after.tags.team == "x"', 'pass'],
      ['change.after.tags.owner == "x"', 'unknown'],
      ['change.after.rules.exists(r, r.port == 22)', 'pass'],
      ['change.after.rules.all(r, r.port != 22)', 'fail'],
      ['change.after.rules.all(r, r.port == 22)', 'unknown'],
      ['change.after.rules.size() == 2', 'pass'],
      ['change.after.absent == 1', 'error'],
      ['int(change.after.name) == 1', 'error'],
      ['change.after.?absent.orValue(1) == 1', 'pass'],
    ] as const) {
      equal(verdictOf(assert, after, unknown), verdict, assert);
    }
  });

  test('takes null for absent, as Terraform does', () => {
    equal(
      verdictOf('!has(change.after.key) && !has(change.after.deep.key)', { key: null, deep: { key: null } }),
      'pass',
    );
  });

  test('says which attributes are not known, by their first name', () => {
    const plan = planOf([
      change({ after: {}, after_unknown: { tags: { 'a secret key': true }, kms: true } }),
    ]);
    const { findings, counts } = evaluate(
      check('change.after.kms == "x" || change.after.tags["a secret key"] == "y"'),
      plan,
    );
    deepEqual(findings[0]?.unknown, ['after.kms', 'after.tags']);
    deepEqual(counts.high, { fail: 0, unknown: 1, error: 0 });
  });

  test('of a change that the check may not be about is unknown, unless it is right', () => {
    const plan = planOf([change({ after: { a: 1 }, after_unknown: { kind: true } })]);
    const about = (assert: string) =>
      evaluate(check(assert, { when: 'change.after.kind == "public"' }), plan).findings[0]?.verdict;
    equal(about('change.after.a == 1'), undefined);
    equal(about('change.after.a == 2'), 'unknown');
    equal(about('change.after.b == 2'), 'error');
  });

  test('is an error where the check itself fails, and never a pass', () => {
    const plan = planOf([change({ after: { a: 'text' } })]);
    for (const one of [check('change.after.a > 1'), check('true', { when: 'change.after.b' })]) {
      const { findings, passed } = evaluate(one, plan);
      equal(findings[0]?.verdict, 'error');
      equal(passed, 0);
    }
  });
});

describe('a check is about', () => {
  const everything = planOf([
    change({ actions: ['create'], after: { n: 1 } }, { address: 'x_bucket.created' }),
    change({ actions: ['no-op'], before: { n: 1 }, after: { n: 1 } }, { address: 'x_bucket.same' }),
    change({ actions: ['delete'], before: { n: 1 }, after: null }, { address: 'x_bucket.gone' }),
    change(
      { actions: ['delete'], before: { n: 1 }, after: null },
      { address: 'x_bucket.old', deposed: '1a2b' },
    ),
    change({ actions: ['create', 'delete'], before: { n: 1 }, after: { n: 2 } }, { address: 'x_bucket.new' }),
    change({ actions: ['forget'], before: { n: 1 }, after: null }, { address: 'x_bucket.left' }),
    change(
      { actions: ['read'], after: { n: 1 } },
      { address: 'data.x_image.i', mode: 'data', type: 'x_image' },
    ),
    change({ actions: ['create'] }, { address: 'y_disk.d', type: 'y_disk' }),
  ]);
  const judgedBy = (more: object) =>
    evaluate(check('false', more), everything).findings.map(({ address }) => address);

  test('what will be there, of all types or of those that it names', () => {
    deepEqual(judgedBy({}), ['x_bucket.created', 'x_bucket.same', 'x_bucket.new', 'y_disk.d']);
    deepEqual(judgedBy({ resources: ['y_*'] }), ['y_disk.d']);
    deepEqual(judgedBy({ resources: ['*_bucket'], when: 'change.action == "replace"' }), ['x_bucket.new']);
  });

  test('what is deleted, what is forgotten and data sources only where it says so', () => {
    deepEqual(judgedBy({ actions: ['delete'] }), ['x_bucket.gone', 'x_bucket.old']);
    deepEqual(judgedBy({ actions: ['delete'], when: 'change.deposed == ""' }), ['x_bucket.gone']);
    deepEqual(judgedBy({ actions: ['forget'] }), ['x_bucket.left']);
    deepEqual(judgedBy({ actions: ['read'], resources: ['data.x_*'] }), ['data.x_image.i']);
    deepEqual(judgedBy({ actions: ['read'], resources: ['*'] }), []);
  });

  test('the order of replacements and what was there before', () => {
    const about = (when: string) => judgedBy({ when });
    deepEqual(about('change.actions == ["create", "delete"] && change.isDestructive'), ['x_bucket.new']);
    deepEqual(about('change.replaceOrder == "create-then-delete"'), ['x_bucket.new']);
    deepEqual(about('change.isNew'), ['x_bucket.created', 'y_disk.d']);
    deepEqual(about('has(change.before.n) && has(change.after.n) && change.before.n != change.after.n'), [
      'x_bucket.new',
    ]);
  });
});

describe('findings', () => {
  const plan = planOf([
    change(
      { after: { n: 1 } },
      { address: 'module.a["eu"].x_bucket.a[0]', module_address: 'module.a["eu"]', index: 0 },
    ),
    change({ after: { n: 2 } }, { address: 'x_bucket.b', name: 'b' }),
  ]);

  test('come with the worst first, and are counted', () => {
    const low = check('false', { name: 'low-one', severity: 'low' });
    const critical = check('change.after.n == 2', { name: 'critical-one', severity: 'critical' });
    const { findings, counts, passed } = evaluate([low, critical], plan);
    deepEqual(
      findings.map((one) => [one.check, one.address, one.severity]),
      [
        ['critical-one', 'module.a["eu"].x_bucket.a[0]', 'critical'],
        ['low-one', 'module.a["eu"].x_bucket.a[0]', 'low'],
        ['low-one', 'x_bucket.b', 'low'],
      ],
    );
    deepEqual([counts.critical.fail, counts.low.fail, passed], [1, 2, 1]);
  });

  test('have the message that the check makes, in one line of bounded length', () => {
    const says = (messageExpression: string) =>
      evaluate(check('false', { messageExpression, when: 'change.name == "b"' }), plan).findings[0]?.message;
    equal(says('"n is\\n" + string(change.after.n)'), 'n is 2');
    equal(says('change.after.absent'), 'It is right.');
    equal(says('""'), 'It is right.');
    const long = says(
      '[1,2,3,4,5,6,7,8,9,10].map(i, "0123456789012345678901234567890123456789012345678901234567890123456789").join()',
    );
    equal(long?.length, 500);
    ok(long?.endsWith('…'));
  });

  test('beyond a bound are counted and not listed', () => {
    const many = planOf(
      Array.from({ length: 1_500 }, (_, i) => change({}, { address: `x_bucket.a[${i}]`, index: i })),
    );
    const { findings, findingsLeftOut, counts } = evaluate(check('false'), many);
    deepEqual([findings.length, findingsLeftOut, counts.high.fail], [1_000, 500, 1_500]);
  });

  test('are taken back by waivers in force, for their check and addresses', () => {
    const waiver = { name: 'w', check: 'it', address: 'module.a[*', expiresAtMs: 2_000 };
    const taken = (more: object, nowMs: number) => {
      const { findings, counts, waived } = evaluate(check('false'), plan, [{ ...waiver, ...more }], nowMs);
      equal(counts.high.fail + waived, 2);
      return findings.filter((one) => one.waiver === 'w').map(({ address }) => address);
    };
    deepEqual(taken({}, 1_999), ['module.a["eu"].x_bucket.a[0]']);
    deepEqual(taken({}, 2_000), []);
    deepEqual(taken({ check: 'other' }, 1_000), []);
    deepEqual(taken({ address: '*' }, 1_000), ['module.a["eu"].x_bucket.a[0]', 'x_bucket.b']);
    deepEqual(taken({ address: 'x_bucket' }, 1_000), []);
  });
});

describe('secrets', () => {
  const secret = 'hunter2-correct-horse';
  const plan = planOf([
    change({
      after: { password: secret, copy: `user:${secret}`, tags: { [secret]: 'x' } },
      after_unknown: { id: true },
      after_sensitive: { password: true },
    }),
  ]);

  test('can be compared, and are in no message, error or name of what is unknown', () => {
    equal(evaluate(check(`change.after.password == "${secret}"`), plan).passed, 1);
    for (const more of [
      { messageExpression: '"it is " + change.after.password' },
      { messageExpression: '"it is " + change.after.copy' },
      { messageExpression: 'change.after.tags.map(k, k).join()' },
      { assert: 'int(change.after.password) == 1' },
      { assert: 'change.after.tags[change.after.password + "?"] == "x"' },
      { assert: 'duration(change.after.copy) == duration("1s")' },
    ]) {
      const { findings } = evaluate(check('false', more), plan);
      equal(findings.length, 1);
      ok(!JSON.stringify(findings).includes('hunter2'), JSON.stringify(findings));
    }
  });
});

describe('cost', () => {
  const loop = 'change.after.l.all(a, change.after.l.all(b, change.after.l.all(c, a + b + c >= 0)))';
  const l = Array.from({ length: 100 }, (_, i) => i);

  test('of one expression is bounded; more is an error of that check and that address', () => {
    const plan = planOf([
      change({ after: { l } }),
      change({ after: { l: [1] } }, { address: 'x_bucket.b', name: 'b' }),
    ]);
    const { findings, passed } = evaluate([check(loop), check('true', { name: 'other' })], plan);
    deepEqual(
      findings.map(({ address, verdict }) => [address, verdict]),
      [['x_bucket.a', 'error']],
    );
    ok(findings[0]?.message.includes('costs more than 200000'), findings[0]?.message);
    equal(passed, 3);
  });

  test('is spent in steps, so that others get their turn', () => {
    const compiled = compileChecks([check('change.after.l.all(a, change.after.l.all(b, a + b >= 0))')]);
    if (!compiled.ok) throw new Error('the check is right');
    const many = Array.from({ length: 10 }, (_, i) =>
      change({ after: { l } }, { address: `x_bucket.a[${i}]`, index: i }),
    );
    const steps = evaluateInSteps(compiled.checks, judged(planOf(many)), { nowMs: 0 });
    let pauses = 0;
    for (let step = steps.next(); !step.done; step = steps.next()) pauses++;
    equal(pauses, 10);
  });

  test('of a plan is bounded; each check that was not done says so, and waivers do not help', () => {
    const dear = 'change.after.l.all(a, change.after.l.all(b, a + b >= 0))';
    const many = Array.from({ length: 1_000 }, (_, i) =>
      change({ after: { l } }, { address: `x_bucket.a[${i}]`, index: i }),
    );
    const { findings, counts } = evaluate(
      [check(dear), check('false', { name: 'after', severity: 'low' })],
      planOf(many),
      [{ name: 'w', check: '*', address: '*', expiresAtMs: 2_000 }],
    );
    deepEqual(
      findings.map((one) => [one.check, one.address, one.verdict]),
      [
        ['it', '', 'error'],
        ['after', '', 'error'],
      ],
    );
    deepEqual([counts.high.error, counts.low.error], [1, 1]);
  });
});
