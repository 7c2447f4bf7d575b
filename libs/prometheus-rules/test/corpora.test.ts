import { deepEqual, equal } from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Labels } from '@plinth/prometheus-model';
import { Engine, parseExpression, printExpression } from '@plinth/promql';
import { parseDocument } from 'yaml';
import { AlertTemplate } from '../src/alert-template.ts';
import { type RuleSpec, readGroups, readRuleFile } from '../src/index.ts';
import { SeriesMemory } from '../src/series-memory.ts';

const corpora =
  process.env['PLINTH_CORPORA'] ?? fileURLToPath(new URL('../../../../shared/corpora', import.meta.url));
const skip = existsSync(join(corpora, 'alert-rules'))
  ? false
  : 'the corpora are not here: set PLINTH_CORPORA to the folder with alert-rules and slo';

function allRules(): RuleSpec[] {
  return globSync('alert-rules/rules/**/*.yml', { cwd: corpora }).flatMap((file) =>
    readRuleFile(readFileSync(join(corpora, file), 'utf8'), file).flatMap(({ rules }) => rules),
  );
}

/** Groups in the expected output of an SLO generator: whole files, or PrometheusRules. */
function generatedGroups(): { readonly file: string; readonly content: unknown }[] {
  return globSync('slo/examples/_gen/*.{yml,yaml}', { cwd: corpora }).flatMap((file) =>
    readFileSync(join(corpora, file), 'utf8')
      .split(/^---$/m)
      .map((text) => parseDocument(text).toJS() as unknown)
      .filter((content) => content !== null)
      .map((content) => ({ file, content })),
  );
}

describe('rules of others', { skip }, () => {
  test('954 community alerts load, and print as what they are', (t) => {
    const rules = allRules();
    equal(rules.length, 954);
    for (const { expression, text } of rules) {
      const printed = printExpression(expression);
      equal(printExpression(parseExpression(printed)), printed, text);
    }
    t.diagnostic(`${new Set(rules.map(({ text }) => text)).size} distinct expressions`);
  });

  test('their labels and annotations render', async () => {
    const labels = Labels.of({ __name__: 'm', instance: 'host:9100', job: 'node' });
    let count = 0;
    for (const rule of allRules()) {
      if (rule.kind !== 'alerting') continue;
      for (const text of [...Object.values(rule.labels), ...Object.values(rule.annotations)]) {
        const template = new AlertTemplate(rule.name, text);
        const data = { labels, value: 12.5, externalLabels: {}, externalUrl: 'https://plinth.example' };
        const expanded = await template.expand(data, () => Promise.resolve([]), 0);
        equal(/<error expanding template|\{\{/.test(expanded), false, `${rule.name}: ${expanded}`);
        count++;
      }
    }
    equal(count > 2_000, true, `${count}`);
  });

  test('all of them evaluate, and over nothing only what asks for absence or time gives alerts', async () => {
    const engine = new Engine();
    const empty = new SeriesMemory();
    const given = new Set<string>();
    for (const { text, expression, name } of allRules()) {
      const { value } = await engine.instant(empty, expression, 1_700_000_000_000, { text });
      if (value.type !== 'vector') throw new Error(`${name} gives a ${value.type}`);
      if (value.samples.length > 0) given.add(text);
    }
    const expected = [...given].filter(
      (text) => !/absent(_over_time)?\(|vector\(|hour\(\)|day_of_week\(\)|count\(.*or/.test(text),
    );
    deepEqual(expected, []);
    equal(given.size > 10, true, `${given.size}`);
  });

  test('the rules that an SLO generator makes load and evaluate, but for those of another dialect', async (t) => {
    const engine = new Engine();
    const empty = new SeriesMemory();
    let count = 0;
    const refused = new Map<string, number>();
    for (const { file, content } of generatedGroups()) {
      const fields = content as { readonly spec?: unknown; readonly groups?: unknown };
      const { groups, faults } = readGroups(fields.spec ?? { groups: fields.groups });
      count += groups.reduce((sum, { rules }) => sum + rules.length, 0);
      for (const { expression, text } of groups.flatMap(({ rules }) => rules)) {
        await engine.instant(empty, expression, 1_700_000_000_000, { text });
      }
      if (faults.length > 0) refused.set(file, faults.length);
    }
    t.diagnostic(`${count} rules; refused: ${JSON.stringify([...refused])}`);
    deepEqual([...refused.keys()], ['slo/examples/_gen/victoria-metrics.yml']);
    equal(count, 442);
  });
});
