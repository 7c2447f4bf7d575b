import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '@plinth/kernel';
import { Labels } from '@plinth/prometheus-model';
import { compressSnappy, encodeWriteRequest, writeRequestHeaders } from '@plinth/remote-write';
import { prometheusAbsent } from '../prometheus/prometheus-server.ts';
import { PlinthProgram, type Printed } from './plinth-program.ts';

describe('promtool', { skip: prometheusAbsent() }, () => {
  let plinth: PlinthProgram;
  const now = Math.floor(systemClock.now() / 1000) * 1000;
  const seconds = String(now / 1000);
  before(async () => {
    plinth = await PlinthProgram.start();
    const series = (
      job: string,
      instance: string,
      offset: number,
    ): Parameters<typeof encodeWriteRequest>[0] => [
      {
        labels: Labels.of({ __name__: 'told', job, instance }),
        samples: Array.from({ length: 7 }, (_, i) => ({
          timestampMs: now - 60_000 + i * 10_000,
          value: i * 2 + offset,
        })),
      },
    ];
    const body = compressSnappy(encodeWriteRequest([...series('a', 'x:1', 0), ...series('b', 'x:2', 0.5)]));
    const { status, text } = await plinth.send(
      'POST',
      '/prometheus/api/v1/write',
      body,
      writeRequestHeaders('1.0'),
    );
    equal(status, 204, text);
  });
  after(() => plinth.stop());

  const lines = ({ status, stdout, stderr }: Printed): string[] => {
    equal(status, 0, stderr);
    return stdout.trimEnd().split('\n').sort();
  };

  test('query instant', async () => {
    deepEqual(lines(await plinth.promtool('instant', [`--time=${seconds}`], 'told')), [
      `told{instance="x:1", job="a"} => 12 @[${seconds}]`,
      `told{instance="x:2", job="b"} => 12.5 @[${seconds}]`,
    ]);
    deepEqual(lines(await plinth.promtool('instant', [`--time=${seconds}`], 'scalar(sum(told))')), [
      `scalar: 24.5 @[${seconds}]`,
    ]);
    deepEqual(lines(await plinth.promtool('instant', [`--time=${seconds}`], 'sum(rate(told[50s]))')), [
      `{} => 0.4 @[${seconds}]`,
    ]);
    const json = await plinth.promtool('instant', ['--format=json', `--time=${seconds}.25`], 'told{job="a"}');
    deepEqual(JSON.parse(json.stdout), [
      { metric: { __name__: 'told', instance: 'x:1', job: 'a' }, value: [now / 1000 + 0.25, '12'] },
    ]);
  });

  test('query range', async () => {
    const flags = [`--start=${now / 1000 - 20}`, `--end=${seconds}`, '--step=10s'];
    deepEqual(lines(await plinth.promtool('range', flags, 'told{job="a"}')), [
      `10 @[${now / 1000 - 10}]`,
      `12 @[${seconds}]`,
      `8 @[${now / 1000 - 20}]`,
      'told{instance="x:1", job="a"} =>',
    ]);
  });

  test('query series and labels', async () => {
    deepEqual(lines(await plinth.promtool('series', ['--match=told'])), [
      '{__name__="told", instance="x:1", job="a"}',
      '{__name__="told", instance="x:2", job="b"}',
    ]);
    deepEqual(lines(await plinth.promtool('labels', ['--match=told'], 'job')), ['a', 'b']);
  });

  test('refusals are shown as Prometheus says them', async () => {
    const wrong = await plinth.promtool('instant', [], 'sum(');
    equal(wrong.status, 1);
    match(wrong.stderr, /bad_data: invalid parameter "query": 1:5: parse error: unclosed left parenthesis/);
  });

  test('check metrics finds nothing wrong in our own', async () => {
    const { text } = await plinth.send('GET', '/metrics');
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    deepEqual([status, stdout, stderr], [0, '', '']);
  });
});
