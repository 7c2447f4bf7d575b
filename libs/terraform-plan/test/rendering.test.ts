import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Forge, renderPlan, summarize } from '../src/index.ts';
import { plan, resource } from './plan-sample.ts';

/** The lines of the only resource, without its header. */
function lines(change: object): string[] {
  const text = renderPlan(plan({ resource_changes: [resource(change)] }), { form: 'text' });
  return text
    .split('\n')
    .filter((line) => line.startsWith('      '))
    .map((line) => line.trim());
}

const updated = (before: object, after: object, more: object = {}): string[] =>
  lines({ before, after, ...more });

test('of lists and objects only what is not the same', () => {
  deepEqual(updated({ a: 1, same: { x: [1] } }, { a: 2, same: { x: [1] } }), ['~ a: 1 -> 2']);
  deepEqual(updated({ l: [1, 2, 3, 4] }, { l: [1, 3, 5, 4] }), ['- l[1]: 2 -> null', '+ l[2]: 5']);
  deepEqual(updated({ l: [{ p: 80, q: 1 }, { p: 81 }] }, { l: [{ p: 80, q: 2 }, { p: 81 }] }), [
    '~ l[0].q: 1 -> 2',
  ]);
  deepEqual(updated({ b: null }, { b: [{ c: 'x', d: null }] }), ['+ b[0].c: "x"']);
  deepEqual(updated({ t: { a: 1 } }, { t: {} }), ['- t.a: 1 -> null']);
  deepEqual(updated({ t: null }, { t: {} }), ['+ t: {}']);
  deepEqual(updated({ t: 'x' }, { t: { a: [1] } }), ['~ t: "x" -> {"a":[1]}']);
  deepEqual(updated({ t: { 'a b': 1 } }, { t: { 'a b': 2 } }), ['~ t["a b"]: 1 -> 2']);
  deepEqual(updated({ j: '{"a":[1,2],"b":3}' }, { j: '{"b":3,"a":[1]}' }), ['- j{}.a[1]: 2 -> null']);
  deepEqual(updated({ j: '{"a":1}' }, { j: '{ "a": 1 }' }), ['~ j: "{\\"a\\":1}" -> "{ \\"a\\": 1 }"']);
  const many = Array.from({ length: 600 }, (_, i) => i);
  deepEqual(updated({ l: many }, { l: many.with(599, -1) }), ['~ l[599]: 599 -> -1']);
});

test('what forces a replacement comes first, what is unknown last', () => {
  const found = lines({
    actions: ['delete', 'create'],
    before: { a: 'i', b: 1, c: [{ d: 1 }] },
    after: { b: 2, c: [{ d: 2 }] },
    after_unknown: { a: true },
    replace_paths: [['c', 0, 'd']],
  });
  deepEqual(found, [
    '~ c[0].d: 1 -> 2  # forces replacement',
    '~ b: 1 -> 2',
    '~ a: "i" -> (known after apply)',
  ]);
  deepEqual(updated({ l: ['a'] }, { l: ['a', null] }, { after_unknown: { l: [false, true] } }), [
    '+ l[1]: (known after apply)',
  ]);
  const created = lines({
    actions: ['create'],
    before: null,
    after: { a: 1, none: null, empty: [] },
    after_unknown: { id: true, b: { c: true } },
  });
  deepEqual(created, ['+ a: 1', '+ b.c, id: (known after apply)']);
});

test('a secret that changes is seen to change, and one that stays is not shown', () => {
  const marks = { before_sensitive: { s: true, t: true }, after_sensitive: { s: true, t: true } };
  deepEqual(updated({ s: 'old-one', t: 'x' }, { s: 'new-one', t: 'x' }, marks), [
    '~ s: (sensitive) -> (sensitive)',
  ]);
  deepEqual(updated({ s: null }, { s: 'new-one' }, marks), ['+ s: (sensitive)']);
});

test('long texts are cut where they differ, and say how long they are', () => {
  const long = 'x'.repeat(1_500);
  deepEqual(updated({ a: `${long}1` }, { a: `${long}2` }), [
    '~ a: "…xxxxxxxxxxxx1" (1,501 characters) -> "…xxxxxxxxxxxx2" (1,501 characters)',
  ]);
  deepEqual(updated({}, { a: `${'y'.repeat(99)}😀😀` }), [`+ a: "${'y'.repeat(99)}…" (103 characters)`]);
  deepEqual(updated({}, { a: 'one\ntwo\n' }), ['+ a: "one\\ntwo\\n" (3 lines, 8 characters)']);
  const more = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`a${i}`, i]));
  const shown = updated({}, more);
  equal(shown.length, 61);
  equal(shown.at(-1), '… 10 more attributes');
});

test('nothing in names and values steers a terminal', () => {
  const text = renderPlan(
    plan({
      resource_changes: [
        resource(
          { after: { 'k\u001b[2J\u202e': '\u009b31m\r\n\u2066' } },
          { address: 'x.y["\u001b]0;\u0007"]' },
        ),
      ],
      checks: [{ address: { to_display: 'c\n+ fake' }, status: 'error', instances: [] }],
    }),
    { form: 'text', title: 'a\nb' },
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
  ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2066]/.test(text), JSON.stringify(text));
  equal(text.split('\n').length, 7);
});

/** What a reader of Markdown sees outside of code: fences and code spans taken out. */
function outsideOfCode(markdown: string): string {
  const kept: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    const ticks = /^(`{3,})/.exec(line)?.[1];
    if (fence === undefined && ticks !== undefined) fence = ticks;
    else if (fence !== undefined && line.trimEnd() === fence) fence = undefined;
    else if (fence === undefined) kept.push(line.replaceAll(/(`+) .*? \1(?!`)/g, ''));
  }
  equal(fence, undefined, 'a fence is left open');
  return kept.join('\n');
}

test('nothing in names and values is Markdown or HTML', () => {
  const nasty = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '```',
          '````',
          '\n```\n',
          '</details>',
          '<img src=x onerror=y>',
          '@team',
          '#1',
          '[a](b)',
          '~~~',
          '|',
          '**',
          '`',
          '\u2028',
          '\n',
        ),
        fc.string(),
      ),
      { maxLength: 6 },
    )
    .map((parts) => `§${parts.join('')}§`);
  const forges = fc.constantFrom<Forge>('github', 'gitlab', 'azure-devops', 'plain');
  fc.assert(
    fc.property(nasty, forges, (text, forge) => {
      const one = plan({
        resource_changes: [
          resource(
            { after: { [text]: text, list: Array(40).fill(text) } },
            { address: text, previous_address: text, action_reason: text },
          ),
        ],
        output_changes: { [text]: { actions: ['create'], after: text } },
        checks: [
          {
            address: { to_display: text },
            status: 'fail',
            instances: [{ address: {}, status: 'fail', problems: [{ message: text }] }],
          },
        ],
      });
      const markdown = renderPlan(one, { form: 'markdown', forge, title: 'Title' });
      ok(!outsideOfCode(markdown).includes('§'), markdown);
      equal(markdown.includes('<details>'), forge !== 'plain');
    }),
  );
  const titled = renderPlan(plan(), { form: 'markdown', title: '<b>*a* [x](y) @z' });
  equal(titled, '### &lt;b&gt;&#42;a&#42; &#91;x&#93;&#40;y&#41; &#64;z: no changes\n');
});

test('what does not fit is left out by whole resources, the destructive last of all', () => {
  const resources = Array.from({ length: 400 }, (_, i) =>
    resource(
      { actions: i % 10 === 0 ? ['delete'] : ['create'], before: null, after: { a: 'v'.repeat(60), b: i } },
      { address: `x_server.web[${i}]` },
    ),
  );
  const one = plan({ resource_changes: resources });
  for (const form of ['text', 'markdown'] as const) {
    for (const charactersMax of [2_000, 5_000, 20_000, 65_536]) {
      const text = renderPlan(one, { form, charactersMax });
      ok(text.length <= charactersMax, `${text.length} of ${charactersMax}`);
      const isWhole = text.includes('x_server.web[399]') && !text.includes('Left out');
      equal(isWhole, charactersMax === 65_536, `${form} ${charactersMax}`);
      if (charactersMax >= 5_000) equal(text.match(/ {2}delete/g)?.length, 40);
      if (form === 'markdown') outsideOfCode(text);
    }
  }
  const cut = renderPlan(one, { form: 'text', charactersMax: 5_000 });
  ok(
    /\nLeft out for length: the attributes of \d+, \d+ of 360 under “Create”\.\n$/.test(cut),
    cut.slice(-200),
  );
  throws(() => renderPlan(one, { form: 'text', charactersMax: 1_999 }), RangeError);
  throws(() => renderPlan(one, { form: 'text', charactersMax: Number.NaN }), RangeError);
});

test('any plan fits into any size', () => {
  const name = fc.string({ maxLength: 300 });
  const resources = fc.array(
    fc
      .record({ address: name, after: fc.dictionary(name, fc.string({ maxLength: 500 })) })
      .map(({ address, after }) => resource({ actions: ['create'], after }, { address })),
    { maxLength: 12 },
  );
  const checks = fc.array(
    name.map((message) => ({ address: { to_display: message }, status: 'fail', instances: [] })),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(
      resources,
      checks,
      name,
      fc.integer({ min: 2_000, max: 9_000 }),
      (resource_changes, checks, title, charactersMax) => {
        for (const form of ['text', 'markdown'] as const) {
          const text = renderPlan(plan({ resource_changes, checks }), { form, charactersMax, title });
          ok(text.length <= charactersMax, `${form}: ${text.length} of ${charactersMax}`);
        }
      },
    ),
  );
});

const outcomeOf = (members: object) => summarize(plan(members)).outcome;

test('no changes, only outputs, only drift and an error are four things', () => {
  const idle = {
    resource_changes: [resource({ actions: ['no-op'] })],
    output_changes: { o: { actions: ['no-op'] } },
  };
  equal(outcomeOf(idle), 'no-changes');
  equal(outcomeOf({ ...idle, output_changes: { o: { actions: ['update'] } } }), 'only-outputs');
  equal(outcomeOf({ ...idle, resource_drift: [resource({ actions: ['update'] })] }), 'only-drift');
  equal(outcomeOf({ ...idle, errored: true }), 'errored');
  equal(
    outcomeOf({ deferred_changes: [{ reason: 'unknown', resource_change: resource({}) }] }),
    'only-deferred',
  );
  equal(
    outcomeOf({ resource_changes: [resource({ actions: ['no-op'] }, { previous_address: 'x.y' })] }),
    'changes',
  );
  equal(
    outcomeOf({ resource_changes: [resource({ actions: ['no-op'], importing: { id: 'i' } })] }),
    'changes',
  );
  const failed = renderPlan(plan({ errored: true }), { form: 'text' });
  ok(failed.startsWith('Terraform plan: planning failed; nothing was planned\n'), failed);
});

test('what has drifted, is deferred, and is deposed', () => {
  const one = plan({
    resource_changes: [
      resource({ actions: ['delete'], before: { id: 'i-1', name: 'n', x: 1 } }, { deposed: '1a2b3c4d' }),
    ],
    resource_drift: [resource({ before: { a: 1 }, after: { a: 2 } }, { address: 'x.drifted' })],
    deferred_changes: [
      {
        reason: 'provider_config_unknown',
        resource_change: resource({ actions: ['create'] }, { address: 'x.later' }),
      },
    ],
    complete: false,
  });
  equal(
    renderPlan(one, { form: 'text' }),
    `Terraform plan: 1 to delete, 1 deferred
  ! The plan is not complete: another round is needed after this one.

Destructive: 1
  - x_server.web (deposed 1a2b3c4d)  delete
      - id: "i-1"
      - name: "n"

Deferred to another round: 1
  + x.later  create: the configuration of its provider is not known

Changed outside of Terraform: 1
  ~ x.drifted  update
      ~ a: 1 -> 2
`,
  );
  deepEqual(summarize(one).drift, ['x.drifted']);
});
