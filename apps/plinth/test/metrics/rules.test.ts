import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@plinth/kernel';
import { telemetryCapability } from '@plinth/telemetry';
import { type Answer, at, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { missingKubectl } from '../kubectl/kubectl-version.ts';
import { ShellSession } from '../scenario/shell-session.ts';
import { ask, refusalOf, secondsNow, seriesOf, valueOf, valuesOf, written } from './metrics-client.ts';

const rulesPath = '/apis/monitoring.coreos.com/v1/namespaces/default/prometheusrules';

const ruleObject = (name: string, groups: unknown): object => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name },
  spec: { groups },
});

/** Names and states of the alerts that `/alerts` shows. */
async function alertsOf(server: TestServer): Promise<Record<string, unknown>[]> {
  return listAt((await ask(server.admin, '/alerts')).json, 'data', 'alerts').map(
    (one) => one as Record<string, unknown>,
  );
}

describe('PrometheusRule objects', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });
  const post = (name: string, groups: unknown): Promise<Answer> =>
    server.admin.post(rulesPath, ruleObject(name, groups));

  test('what is wrong in them is named with its field, line and column', async () => {
    const rule = { alert: 'A', expr: 'up == 0' };
    const cases: readonly (readonly [unknown, string, RegExp])[] = [
      [{ ...rule, expr: 'sum(up' }, 'expr', /1:7: parse error: unclosed left parenthesis/],
      [{ ...rule, expr: 'up ==\n  rate(up)' }, 'expr', /2:8: parse error: expected type range vector/],
      [{ ...rule, annotations: { summary: '{{ $labels.job' } }, 'annotations.summary', /unclosed action/],
      [
        { ...rule, labels: { severity: '{{ nosuch 1 }}' } },
        'labels.severity',
        /function "nosuch" not defined/,
      ],
      [{ ...rule, record: 'b' }, '', /only one of 'record' and 'alert'|both/],
      [{ expr: 'up' }, '', /one of 'record' or 'alert'|record.*alert/],
      [{ record: 'a{b="c"}', expr: 'up' }, 'record', /braces present in the recording rule name/],
      [{ ...rule, for: 'soon' }, 'for', /should match|duration/],
    ];
    for (const [bad, field, why] of cases) {
      const answer = await post('wrong', [{ name: 'g', rules: [rule, bad] }]);
      equal(answer.status, 422, answer.text);
      const causes = listAt(answer.json, 'details', 'causes');
      const shown = causes.map((cause) => `${textAt(cause, 'field')}: ${textAt(cause, 'message')}`);
      const found = shown.find((one) =>
        one.startsWith(`spec.groups[0].rules[1]${field === '' ? '' : `.${field}`}`),
      );
      match(found ?? shown.join('\n'), why);
    }
    const twice = await post('wrong', [
      { name: 'g', rules: [] },
      { name: 'g', rules: [] },
    ]);
    equal(twice.status, 422, twice.text);
  });

  test('they are evaluated, and show in metrics, lists and their status', async () => {
    const now = secondsNow();
    await written(server.admin, [
      seriesOf('requests', { job: 'a' }, [[now, 3]]),
      seriesOf('requests', { job: 'b' }, [[now, 4]]),
    ]);
    const groups = [
      {
        name: 'first',
        interval: '1s',
        labels: { team: 'x' },
        rules: [
          { record: 'requests:sum', expr: 'sum(requests)' },
          {
            alert: 'Many',
            expr: 'requests:sum > 5',
            labels: { severity: 'page' },
            annotations: { summary: '{{ $value | humanize }} requests' },
          },
          { alert: 'Soon', expr: 'requests > 3', for: '1h' },
          { alert: 'Never', expr: 'requests > 100' },
        ],
      },
      {
        name: 'broken',
        interval: '1s',
        rules: [{ record: 'bad', expr: 'requests * on() group_left requests' }],
      },
    ];
    equal((await post('many', groups)).status, 201);
    await until('the alerts', async () => {
      const states = (await alertsOf(server)).map(({ state }) => state);
      return states.length === 2 && states.includes('firing') ? true : undefined;
    });
    const [many, soon] = (await alertsOf(server)).toSorted((a) => (a['state'] === 'firing' ? -1 : 1));
    const { activeAt, ...shown } = many ?? {};
    ok(Math.abs(Date.parse(String(activeAt)) - now) < 60_000, String(activeAt));
    deepEqual(shown, {
      labels: { alertname: 'Many', severity: 'page', team: 'x' },
      annotations: { summary: '7 requests' },
      state: 'firing',
      value: '7e+00',
    });
    deepEqual(
      [soon?.['labels'], soon?.['state'], soon?.['value']],
      [{ alertname: 'Soon', job: 'b', team: 'x' }, 'pending', '4e+00'],
    );
    await until(
      'what was recorded',
      async () => (await valueOf(server.admin, 'requests:sum')) === '7' || undefined,
    );
    const alerts = await until('the series of both', async () => {
      const found = Object.keys(await valuesOf(server.admin, 'ALERTS'));
      return found.length === 2 ? found : undefined;
    });
    deepEqual(alerts.sort(), [
      'alertname=Many&alertstate=firing&severity=page&team=x',
      'alertname=Soon&alertstate=pending&job=b&team=x',
    ]);
    equal(Object.keys(await valuesOf(server.admin, 'ALERTS_FOR_STATE')).length, 2);
  });

  test('the list of rules has the form of Prometheus, and can be cut down', async () => {
    const list = async (parameters: Record<string, string> = {}): Promise<unknown[]> =>
      listAt((await ask(server.admin, '/rules', parameters)).json, 'data', 'groups');
    await until('the broken rule', async () =>
      (await list()).some((group) => at(group, 'rules', 0, 'health') === 'err') ? true : undefined,
    );
    const groups = await list();
    deepEqual(
      groups.map((group) => [textAt(group, 'file'), textAt(group, 'name')]),
      [
        ['default/many', 'first'],
        ['default/many', 'broken'],
      ],
    );
    const [first, broken] = groups;
    deepEqual([at(first, 'interval'), at(first, 'limit')], [1, 0]);
    const { lastEvaluation, evaluationTime, alerts, ...rule } = listAt(first, 'rules')[2] as Record<
      string,
      unknown
    >;
    ok(Date.parse(String(lastEvaluation)) > 0 && typeof evaluationTime === 'number' && Array.isArray(alerts));
    deepEqual(rule, {
      state: 'pending',
      name: 'Soon',
      query: 'requests > 3',
      duration: 3600,
      keepFiringFor: 0,
      labels: { team: 'x' },
      annotations: {},
      health: 'ok',
      type: 'alerting',
    });
    match(textAt(broken, 'rules', 0, 'lastError'), /^found duplicate series for the match group/);
    const names = async (parameters: Record<string, string>): Promise<string[]> =>
      (await list(parameters)).flatMap((group) => listAt(group, 'rules').map((one) => textAt(one, 'name')));
    deepEqual(await names({ type: 'record' }), ['requests:sum', 'bad']);
    deepEqual(await names({ type: 'alert', 'rule_name[]': 'Many' }), ['Many']);
    deepEqual(await names({ 'rule_group[]': 'broken' }), ['bad']);
    deepEqual(await names({ 'file[]': 'default/none' }), []);
    deepEqual(await names({ 'match[]': '{severity="page"}' }), ['Many']);
    const hidden = await list({ exclude_alerts: 'true', 'rule_name[]': 'Many' });
    equal(at(hidden, 0, 'rules', 0, 'alerts'), null);
    const page = await ask(server.admin, '/rules', { group_limit: '1' });
    const token = textAt(page.json, 'data', 'groupNextToken');
    match(token, /^[0-9a-f]{64}$/);
    deepEqual(await names({ group_limit: '1', group_next_token: token }), ['bad']);
    const refused = async (parameters: Record<string, string>): Promise<string> =>
      refusalOf(await ask(server.admin, '/rules', parameters));
    equal(await refused({ type: 'x' }), '400 bad_data: invalid parameter "type": not supported value "x"');
    equal(
      await refused({ group_limit: '0' }),
      '400 bad_data: invalid parameter "group_limit": group_limit needs to be greater than 0',
    );
    equal(
      await refused({ group_next_token: token }),
      '400 bad_data: invalid parameter "group_next_token": group_limit needs to be present in order to paginate over the groups',
    );
    equal(
      await refused({ group_limit: '1', group_next_token: 'x' }),
      '400 bad_data: invalid parameter "group_next_token": invalid group_next_token \'x\'. were rule groups changed?',
    );
    match(
      await refused({ exclude_alerts: 'perhaps' }),
      /^400 bad_data: invalid parameter "exclude_alerts": /,
    );
  });

  test('their status says how they are', async () => {
    // A change of the object has its status brought up to date at once.
    const label = { metadata: { labels: { changed: 'yes' } } };
    await server.admin.patch(`${rulesPath}/many`, label, 'application/merge-patch+json');
    const status = await until('the status', async () => {
      const { json } = await server.admin.get(`${rulesPath}/many`);
      return at(json, 'status', 'firing') === 1 ? at(json, 'status') : undefined;
    });
    deepEqual([at(status, 'rules'), at(status, 'pending'), at(status, 'observedGeneration')], [5, 1, 1]);
    const [ready] = listAt(status, 'conditions');
    deepEqual(
      [at(ready, 'type'), at(ready, 'status'), at(ready, 'reason')],
      ['Ready', 'False', 'EvaluationFailed'],
    );
    match(textAt(ready, 'message'), /^1 of 5 rules fail: bad: found duplicate series/);
  });

  test('what is done is counted', async () => {
    const { text } = await server.admin.get('/metrics');
    const counted = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    ok(counted('prometheus_rule_evaluations_total') >= 5);
    ok(counted('prometheus_rule_evaluation_failures_total') >= 1);
    ok(counted('prometheus_engine_queries_total') >= 5);
    ok(counted('prometheus_tsdb_head_series') >= 5);
    ok(counted('prometheus_tsdb_head_samples_appended_total{type="float"}'.replace('{', '\\{')) >= 5);
  });

  test('an alert that waits goes on waiting after a restart', async () => {
    const activeAt = async (): Promise<number | undefined> => {
      const soon = (await alertsOf(server)).find((one) => at(one['labels'], 'alertname') === 'Soon');
      return soon && Date.parse(textAt(soon, 'activeAt'));
    };
    await until('the alert to be there for four seconds', async () => {
      const since = await activeAt();
      return since !== undefined && systemClock.now() - since > 4_000 ? true : undefined;
    });
    const states = async (): Promise<[timeS: number, activeSinceS: number][]> => {
      const { json } = await ask(server.admin, '/query', { query: 'ALERTS_FOR_STATE{alertname="Soon"}[5m]' });
      return listAt(json, 'data', 'result', 0, 'values').map((point) => [
        Number(at(point, 0)),
        Number(at(point, 1)),
      ]);
    };
    const before = (await states()).length;
    server = await server.restart();
    // The first evaluation finds out, and the second one writes.
    const [time, since] = await until(
      'the state to be written again',
      async () => (await states())[before + 1],
    );
    // The time without evaluations is not counted, and that before them is.
    ok(time - since > 3.5, `active for ${time - since} s`);
  });

  test('rules that change or go take their series along', async () => {
    // A series that was written before a restart is known when it has been written again.
    const asked = systemClock.now() / 1000;
    await until('the alerts to be written again', async () =>
      Number(await valueOf(server.admin, 'min(timestamp(ALERTS))')) > asked ? true : undefined,
    );
    const object = (await server.admin.get(`${rulesPath}/many`)).json as Record<string, unknown>;
    const [first] = listAt(object, 'spec', 'groups');
    const rules = listAt(first, 'rules').slice(0, 1);
    const changed = { ...object, spec: { groups: [{ ...(first as object), rules }] } };
    equal((await server.admin.put(`${rulesPath}/many`, changed)).status, 200);
    await until('the alerts to be gone', async () =>
      (await alertsOf(server)).length === 0 ? true : undefined,
    );
    await until('their series to end', async () =>
      Object.keys(await valuesOf(server.admin, 'ALERTS')).length === 0 ? true : undefined,
    );
    equal(await valueOf(server.admin, 'requests:sum'), '7');
    equal((await server.admin.delete(`${rulesPath}/many`)).status, 200);
    await until('the recorded series to end', async () =>
      (await valueOf(server.admin, 'requests:sum')) === undefined ? true : undefined,
    );
    deepEqual((await ask(server.admin, '/rules')).json, { status: 'success', data: { groups: [] } });
  });
});

const operator = join(
  process.env['PLINTH_CORPORA'] ?? fileURLToPath(new URL('../../../../../shared/corpora', import.meta.url)),
  'manifests/prometheus-operator/example',
);
const missing =
  missingKubectl() ?? (existsSync(operator) ? undefined : `there are no manifests at ${operator}`);

describe('rules of prometheus-operator', { skip: missing ?? false }, () => {
  let server: TestServer;
  let session: ShellSession;
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
    const manifests = fileURLToPath(new URL('../kubectl/manifests', import.meta.url));
    session = new ShellSession(server.directory, server.kernel.kubeconfigPath, manifests);
  });
  after(async () => {
    await session.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  const example = join(operator, 'user-guides/alerting/prometheus-example-rules.yaml');
  const definition = join(operator, 'prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml');
  /** Whether a rule that is wrong is still refused: the kind that is built in is served. */
  async function isBuiltIn(): Promise<boolean> {
    const wrong = ruleObject('wrong', [{ name: 'g', rules: [{ record: 'x', expr: 'sum(' }] }]);
    return (await server.admin.post(rulesPath, wrong)).status === 422;
  }

  test('they are taken as they are', async () => {
    const applied = await session.run(`kubectl apply -f ${example}`);
    deepEqual(
      [applied.stdout, applied.exitCode],
      ['prometheusrule.monitoring.coreos.com/prometheus-example-rules created\n', 0],
    );
    const again = await session.run(`kubectl apply -f ${example}`);
    equal(again.exitCode, 0, again.stderr);
    equal(await isBuiltIn(), true);
    const shown = await session.run('kubectl get promrule');
    match(shown.stdout, /^NAME +RULES +FIRING +PENDING +READY/);
  });

  test('the definition of the kind that is built in is accepted and changes nothing', async () => {
    const applied = await session.run(`kubectl apply --server-side -f ${definition}`);
    equal(applied.exitCode, 0, applied.stderr);
    equal(await isBuiltIn(), true);
    const edited = await session.run(`kubectl apply -f ${example}`);
    equal(edited.exitCode, 0, edited.stderr);
    const removed = await session.run(`kubectl delete -f ${definition}`);
    equal(removed.exitCode, 0, removed.stderr);
    equal(await isBuiltIn(), true);
    equal((await server.admin.get(`${rulesPath}/prometheus-example-rules`)).status, 200);
  });
});
