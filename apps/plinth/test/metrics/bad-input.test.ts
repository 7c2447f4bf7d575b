import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Labels } from '@plinth/prometheus-model';
import { compressSnappy } from '@plinth/remote-write';
import { telemetryCapability } from '@plinth/telemetry';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import {
  api,
  ask,
  refusalOf,
  remoteWrite,
  secondsNow,
  sendWrite,
  seriesOf,
  valueOf,
  valuesOf,
  written,
} from './metrics-client.ts';

describe('bad input', () => {
  let server: TestServer;
  const now = secondsNow();
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  test('what is no snappy or no protobuf is refused with where it is wrong', async () => {
    const cases: readonly (readonly [string, Uint8Array])[] = [
      ['no block', Buffer.from('hello, this is text')],
      ['an empty body', Buffer.alloc(0)],
      ['a size without data', Buffer.from([10])],
      ['text', compressSnappy(Buffer.from('hello'))],
      ['a field that ends early', compressSnappy(Buffer.from([0x0a, 0x7f, 1]))],
      ['a reserved wire type', compressSnappy(Buffer.from([0x0f]))],
      ['a varint that never ends', compressSnappy(Buffer.alloc(20, 0xff))],
    ];
    for (const [what, body] of cases) {
      for (const version of ['1.0', '2.0'] as const) {
        const { status, text, headers } = await sendWrite(server.admin, body, { version });
        equal(status, 400, `${what}: ${text}`);
        equal(headers['content-type'], 'text/plain; charset=utf-8');
        ok(text.length > 5, what);
      }
    }
  });

  test('a bomb is refused before it is blown up', async () => {
    const large = compressSnappy(Buffer.alloc(21 * 1024 * 1024));
    ok(large.length < 2_000_000, `${large.length}`);
    equal((await sendWrite(server.admin, large)).status, 413);
    // Four gigabytes, in the words of the header alone.
    const claimed = await sendWrite(server.admin, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]));
    equal(claimed.status, 413);
    const long = await sendWrite(server.admin, Buffer.alloc(17 * 1024 * 1024));
    equal(long.status, 413);
  });

  test('other content types, messages and encodings are not supported', async () => {
    const send = async (headers: Record<string, string>): Promise<string> => {
      const body = compressSnappy(Buffer.alloc(0));
      const { status, text } = await sendWrite(server.admin, body, { headers });
      return `${status} ${text}`;
    };
    match(await send({ 'Content-Type': 'application/json' }), /^415 expected application\/x-protobuf/);
    match(
      await send({ 'Content-Type': 'application/x-protobuf;proto=io.prometheus.write.v3.Request' }),
      /^415 .*unknown remote write protobuf message/,
    );
    match(await send({ 'content-encoding': 'gzip' }), /^415 gzip encoding/);
    match(await send({ 'Content-Type': 'application/x-protobuf;proto=prometheus.WriteRequest' }), /^204/);
  });

  test('duplicates, late and far samples are refused, and the rest is kept', async () => {
    const order = (...samples: (readonly [number, number])[]): ReturnType<typeof remoteWrite> =>
      remoteWrite(
        server.admin,
        [seriesOf('ordered', {}, samples), seriesOf('beside', {}, samples.slice(-1))],
        {
          version: '2.0',
        },
      );
    equal((await order([now - 20_000, 1])).status, 204);
    // The same sample again is what a sender does that has had no answer.
    equal((await order([now - 20_000, 1])).status, 204);
    const duplicate = await order([now - 20_000, 2]);
    match(
      `${duplicate.status} ${duplicate.text}`,
      /^400 duplicate sample for timestamp \(2\): first \{.*ordered/,
    );
    const late = await remoteWrite(
      server.admin,
      [
        seriesOf('ordered', {}, [
          [now - 30_000, 9],
          [now - 10_000, 3],
        ]),
      ],
      { version: '2.0' },
    );
    match(
      `${late.status} ${late.text}`,
      /^400 out of order sample \(1\): first \{__name__="ordered"\} at \d+\n$/,
    );
    equal(late.headers['x-prometheus-remote-write-samples-written'], '1');
    equal(await valueOf(server.admin, 'ordered', { timeMs: now }), '3');
    const future = await remoteWrite(server.admin, [seriesOf('future', {}, [[now + 3_600_000, 1]])]);
    match(`${future.status} ${future.text}`, /^400 .*too far in the future/);
    const far = await remoteWrite(server.admin, [seriesOf('future', {}, [[9_007_199_254_740_991, 1]])]);
    equal(far.status, 400);
    const old = await remoteWrite(server.admin, [seriesOf('past', {}, [[now - 90 * 86_400_000, 1]])]);
    match(`${old.status} ${old.text}`, /^400 .*out of bounds/);
  });

  test('labels that cannot be are refused series by series', async () => {
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`l${i}`, 'x']));
    const cases: readonly (readonly [RegExp, Labels])[] = [
      [/without the name/, Labels.of({ job: 'a' })],
      [/without labels/, Labels.empty],
      [/too many labels/, Labels.of({ __name__: 'x', ...many })],
      [/name is too long/, Labels.of({ __name__: 'x', ['n'.repeat(1025)]: 'x' })],
      [/value is too long/, Labels.of({ __name__: 'x', v: 'v'.repeat(8193) })],
      [/more than once/, Labels.fromSorted(['__name__', 'x', 'a', '1', 'a', '2'])],
      [/invalid label name/, Labels.fromSorted(['', 'x', '__name__', 'x'])],
    ];
    for (const [why, labels] of cases) {
      const bad = { labels, samples: [{ timestampMs: now, value: 1 }] };
      const good = seriesOf('good', { case: String(why) }, [[now, 1]]);
      const answer = await remoteWrite(server.admin, [bad, good]);
      match(`${answer.status} ${answer.text}`, new RegExp(`^400 .*${why.source}`), String(why));
    }
    equal(Object.keys(await valuesOf(server.admin, 'good', { timeMs: now })).length, cases.length);
    deepEqual((await ask(server.admin, '/series', { 'match[]': '{__name__="x"}' })).json, {
      status: 'success',
      data: [],
    });
  });

  test('a query that would hold too many samples fails', async () => {
    const samples = Array.from({ length: 360 }, (_, i) => [now - 3_000_000 + i * 8_000, i] as const);
    await written(
      server.admin,
      Array.from({ length: 20 }, (_, i) => seriesOf('wide', { i: String(i) }, samples)),
    );
    const parameters = { query: 'sum_over_time(wide[49m:1ms])', time: String(now / 1000) };
    equal(
      refusalOf(await ask(server.admin, '/query', parameters)),
      '422 execution: query processing would load too many samples into memory in query execution',
    );
    equal(await valueOf(server.admin, 'count(wide)', { timeMs: now }), '20');
  });

  test('regular expressions take linear time', async () => {
    await written(server.admin, [seriesOf('bomb', { v: `${'a'.repeat(5_000)}!` }, [[now, 1]])]);
    for (const pattern of ['(a+)+', '(a|a)*', '(.*a){20}', '(a|aa)+b|(a*)*c']) {
      const started = process.hrtime.bigint();
      const answer = await ask(server.admin, '/query', { query: `bomb{v=~${JSON.stringify(pattern)}}` });
      equal(answer.status, 200, answer.text);
      ok(process.hrtime.bigint() - started < 3_000_000_000n, pattern);
    }
    const back = await ask(server.admin, '/query', { query: 'bomb{v=~"(a)\\\\1"}' });
    match(refusalOf(back), /^400 bad_data: invalid parameter "query": .*error parsing regexp/);
    const repeat = await ask(server.admin, '/query', { query: 'bomb{v=~"((a{100}){100}){100}"}' });
    match(refusalOf(repeat), /^400 bad_data: .*invalid repeat count|expression/);
    const many = await ask(server.admin, '/query', {
      query: `label_replace(bomb, "x", "$1", "v", "${'(a+)'.repeat(50)}!")`,
      time: String(now / 1000),
    });
    equal(many.status, 200, many.text);
  });

  test('deep and long expressions are answered', async () => {
    for (const query of [
      `${'('.repeat(100_000)}1${')'.repeat(100_000)}`,
      `${'-'.repeat(200_000)}1`,
      `${'sum('.repeat(50_000)}up${')'.repeat(50_000)}`,
      `1${' + 1'.repeat(100_000)}`,
      `{a=~"${'('.repeat(50_000)}${')'.repeat(50_000)}"}`,
      `{a=~"${'a|'.repeat(100_000)}"}`,
      'x'.repeat(900_000),
    ]) {
      const answer = await server.admin.send('POST', api('/query'), {
        body: `query=${encodeURIComponent(query)}`,
        contentType: 'application/x-www-form-urlencoded',
      });
      ok(
        [200, 400, 413, 422].includes(answer.status),
        `${query.slice(0, 20)}: ${answer.status} ${answer.text}`,
      );
      ok(answer.headers['content-type']?.startsWith('application/json'));
    }
    const long = await server.admin.send('POST', api('/query'), {
      body: `query=${'x'.repeat(1_100_000)}`,
      contentType: 'application/x-www-form-urlencoded',
    });
    match(refusalOf(long), /^413 bad_data: /);
  });

  test('a query whose time is over, and one whose client is gone, are given up', async () => {
    const slow = { query: 'count_over_time((time() + vector(1))[11h:1ms])', time: String(now / 1000) };
    const timeout = await ask(server.admin, '/query', { ...slow, timeout: '20ms' });
    match(refusalOf(timeout), /^503 timeout: query timed out in expression evaluation$|^422 execution: /);
    const leaver = server.as('plinth-admin', ['system:masters']);
    const range = { start: String(now / 1000 - 3_000), end: String(now / 1000), step: '1' };
    const asked = ask(leaver, '/query_range', { query: 'sum(sum_over_time(wide[40m:10ms]))', ...range });
    const left = rejects(asked);
    // Whether or not it has begun, the answers that others wait for come soon after.
    await until(
      'the query to have been sent',
      async () => (await metricOf('apiserver_current_inflight_requests')) > 1 || undefined,
    );
    const started = process.hrtime.bigint();
    leaver.close();
    await left;
    equal((await ask(server.admin, '/query', { query: '1' })).status, 200);
    ok(process.hrtime.bigint() - started < 15_000_000_000n);
  });

  async function metricOf(name: string): Promise<number> {
    const { text } = await server.admin.get('/metrics');
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  test('wrong methods and paths are refused as Prometheus says errors', async () => {
    equal((await server.admin.get(api('/write'))).status, 405);
    match(refusalOf(await server.admin.delete(api('/query'))), /^405 bad_data: /);
    match(refusalOf(await server.admin.get(api('/nothing'))), /^404 not_found: /);
    match(refusalOf(await server.admin.get('/prometheus')), /^404 not_found: /);
    equal((await server.admin.get(api('/query/?query=1'))).status, 200);
  });
});
