import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import { at } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import {
  changeForward,
  condition,
  counted,
  forward,
  onlyMetric,
  readForward,
  removeForward,
  tryForward,
} from './forward-client.ts';
import { secondsNow, seriesOf, written } from './metrics-client.ts';
import { type ReceiverAnswer, WriteReceiver } from './write-receiver.ts';

const now = secondsNow();
const wroteOne = { 'x-prometheus-remote-write-samples-written': '1' };

const receivers: WriteReceiver[] = [];

/** A forward to a receiver whose first answers are given. */
class Sent {
  readonly name: string;
  readonly #server: TestServer;
  readonly receiver: WriteReceiver;
  #next = 1;

  private constructor(server: TestServer, name: string, receiver: WriteReceiver) {
    this.#server = server;
    this.name = name;
    this.receiver = receiver;
  }

  static async start(
    server: TestServer,
    name: string,
    answers: readonly ReceiverAnswer[],
    spec: object = {},
  ): Promise<Sent> {
    const receiver = await WriteReceiver.start();
    receivers.push(receiver);
    receiver.answers.push(...answers);
    await forward(server.admin, name, {
      url: receiver.url,
      metadataConfig: { send: false },
      writeRelabelConfigs: onlyMetric(name),
      ...spec,
    });
    return new Sent(server, name, receiver);
  }

  /** Writes the next sample. */
  async write(): Promise<void> {
    await written(this.#server.admin, [seriesOf(this.name, {}, [[now + this.#next, this.#next]])]);
    this.#next++;
  }

  /** Waits until so many samples were taken. @returns their values */
  async taken(count: number): Promise<readonly string[]> {
    const samples = (): readonly string[] => this.receiver.samplesOf(`{__name__="${this.name}"}`);
    await until(`${count} samples of ${this.name}`, () => (samples().length >= count ? true : undefined));
    return samples().map((one) => one.split(' ')[1] ?? '');
  }

  /** Waits until so many requests came. */
  async asked(count: number): Promise<void> {
    const { requests } = this.receiver;
    await until(`${count} requests of ${this.name}`, () => (requests.length >= count ? true : undefined));
  }

  /** Pauses between requests, in milliseconds. */
  get pausesMs(): readonly number[] {
    const { requests } = this.receiver;
    return requests.slice(1).map(({ atMs }, i) => atMs - (requests[i]?.atMs ?? 0));
  }

  counted(metric: string): Promise<number | undefined> {
    return counted(this.#server.admin, this.name, metric);
  }

  /** Waits until a counter is at a number. */
  async counts(metric: string, count: number): Promise<void> {
    await until(`${metric} of ${this.name} to be ${count}`, async () =>
      (await this.counted(metric)) === count ? true : undefined,
    );
  }

  condition(type: 'Ready' | 'Complete', reason: string): Promise<string> {
    return condition(this.#server.admin, this.name, type, reason);
  }

  async end(): Promise<void> {
    await removeForward(this.#server.admin, this.name);
  }
}

describe('what a receiver answers', { concurrency: 4 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
  });
  after(async () => {
    await server.close();
    for (const receiver of receivers) await receiver.close();
    deepEqual(server.faults, []);
  });

  test('200 and 204 are both an answer', async () => {
    const sent = await Sent.start(server, 'plain', [{ status: 200 }, { status: 204 }]);
    await sent.write();
    await sent.taken(1);
    await sent.write();
    deepEqual(await sent.taken(2), ['1', '2']);
    await sent.counts('samples_total', 2);
    await sent.end();
  });

  for (const answer of [{ status: 500 }, { status: 503 }, { status: 429 }, 'reset'] as const) {
    const name = `retry-${typeof answer === 'string' ? answer : answer.status}`;
    test(`${name}: the same is sent again, and what came later after it`, async () => {
      const sent = await Sent.start(server, name, [answer, answer, answer]);
      await sent.write();
      await sent.asked(1);
      await sent.write();
      deepEqual(await sent.taken(2), ['1', '2']);
      await sent.counts('samples_retried_total', 3);
      equal(await sent.counted('samples_failed_total'), 0);
      await sent.end();
    });
  }

  test('Retry-After is kept to, in seconds and as a date', async () => {
    const inTwoSeconds = new Date(
      Math.ceil(performance.timeOrigin + performance.now()) + 2_000,
    ).toUTCString();
    const sent = await Sent.start(server, 'patient', [
      { status: 503, headers: { 'retry-after': '1' } },
      { status: 429, headers: { 'retry-after': inTwoSeconds } },
      { status: 500, headers: { 'retry-after': 'soon' } },
    ]);
    await sent.write();
    await sent.asked(1);
    // A new sample is no reason to come earlier.
    await sent.write();
    deepEqual(await sent.taken(2), ['1', '2']);
    const [first = 0, , third = 0] = sent.pausesMs;
    ok(first >= 990, `${first} ms`);
    ok(third < 900, `${third} ms`);
    await sent.end();
  });

  test('429 is the end of a request where the spec says so', async () => {
    const sent = await Sent.start(server, 'limited', [{ status: 429 }], {
      queueConfig: { batchSendDeadline: '20ms', retryOnRateLimit: false },
    });
    await sent.write();
    await sent.asked(1);
    await sent.write();
    deepEqual(await sent.taken(1), ['2']);
    await sent.counts('samples_failed_total', 1);
    await sent.end();
  });

  test('400 is not sent again; the loss is told with its reason, and the next goes on', async () => {
    const sent = await Sent.start(server, 'refused', [
      { status: 400, body: 'out of order\u0007\nmore lines' },
    ]);
    await sent.write();
    await sent.asked(1);
    await sent.write();
    deepEqual(await sent.taken(1), ['2']);
    equal(sent.receiver.requests.length, 2);
    const told = 'the receiver answers 400 Bad Request: out of order';
    equal(await sent.condition('Complete', 'SamplesRefused'), `False: ${told}`);
    const { json } = await readForward(server.admin, 'refused');
    equal(at(json, 'status', 'lostSamples'), 1);
    equal(at(json, 'status', 'lastError'), told);
    match(await sent.condition('Ready', 'Forwarding'), /^True/);
    await sent.end();
  });

  for (const [name, answer] of [
    ['media', { status: 415 }],
    // As receivers before 2.0 do, which find nothing in the message.
    ['counts', { status: 204 }],
  ] as const) {
    test(`2.0, ${name}: a receiver that does not know it loses nothing until the version is changed`, async () => {
      const sent = await Sent.start(server, name, [answer], { messageVersion: 'V2.0' });
      await sent.write();
      await sent.asked(1);
      sent.receiver.taken.clear();
      await sent.write();
      match(
        await sent.condition('Ready', 'MessageVersionRefused'),
        /^False: .*; set spec.messageVersion to V1.0, or update the receiver: nothing is lost meanwhile$/,
      );
      equal(sent.receiver.requests.length, 1);
      await changeForward(server.admin, name, { messageVersion: 'V1.0' });
      deepEqual(await sent.taken(2), ['1', '2']);
      equal(await sent.counted('samples_failed_total'), 0);
      await sent.end();
    });
  }

  test('2.0: what was written in part is counted as far as it was', async () => {
    const sent = await Sent.start(
      server,
      'partial',
      [{ status: 400, headers: wroteOne, body: 'bad label' }],
      {
        messageVersion: 'V2.0',
      },
    );
    await written(server.admin, [
      seriesOf('partial', {}, [[now, 1]]),
      seriesOf('partial', { x: 'y' }, [[now, 1]]),
    ]);
    await sent.counts('samples_failed_total', 1);
    equal(await sent.counted('samples_total'), 1);
    equal(sent.receiver.requests.length, 1);
    match(await sent.condition('Complete', 'SamplesRefused'), /bad label$/);
    await sent.end();
  });

  test('no answer in time is a failure that is tried again', async () => {
    const sent = await Sent.start(server, 'silent', ['silence'], { remoteTimeout: '200ms' });
    await sent.write();
    deepEqual(await sent.taken(1), ['1']);
    await sent.counts('samples_retried_total', 1);
    await sent.end();
  });

  test('redirects are not followed', async () => {
    const elsewhere = await WriteReceiver.start();
    receivers.push(elsewhere);
    const location = `${elsewhere.url}?stolen`;
    const sent = await Sent.start(server, 'redirected', [{ status: 307, headers: { location } }]);
    await sent.write();
    const told = await sent.condition('Ready', 'Redirected');
    ok(told.includes(`requests are not sent on to ${location}; put the new address into spec.url`), told);
    equal(elsewhere.requests.length, 0);
    await changeForward(server.admin, 'redirected', { url: elsewhere.url });
    await until('the sample at its new place', () =>
      elsewhere.samplesOf('{__name__="redirected"}').length === 1 ? true : undefined,
    );
    await sent.end();
  });
});

describe('a MetricsForward that cannot be', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
  });
  after(() => server.close());

  const url = 'https://metrics.example/api/v1/write';
  const cases: readonly (readonly [wrong: object, told: RegExp])[] = [
    [{}, /spec\.url: Required value/],
    [{ url: 'metrics.example' }, /spec\.url: Invalid value.*\^https\?/],
    [{ url: 'https://a b/' }, /spec\.url: Invalid value.*is no URL/],
    [
      { url: 'https://user:secret@metrics.example/' },
      /spec\.url: Invalid value: "<hidden>": has a user or a password; they belong into a Secret, see basicAuth/,
    ],
    [
      { url, messageVersion: '2' },
      /spec\.messageVersion: Unsupported value: "2": supported values: "V1\.0", "V2\.0"/,
    ],
    [
      { url, headers: { authorization: 'Bearer x' } },
      /spec\.headers: .*credentials belong into a Secret, see spec\.authorization and spec\.basicAuth/,
    ],
    [
      { url, headers: { 'Content-Length': '1' } },
      /spec\.headers: .*is a header that the protocol sets; leave it out/,
    ],
    [
      { url, headers: { 'Plinth-Forward': '1' } },
      /spec\.headers: .*is a header that the protocol sets; leave it out/,
    ],
    [{ url, headers: { 'a b': '1' } }, /spec\.headers: .*is no name of a header/],
    [
      { url, headers: { ok: 'two\nlines' } },
      /spec\.headers: .*characters that the value of a header cannot have/,
    ],
    [
      { url, externalLabels: { __name__: 'x' } },
      /spec\.externalLabels: .*to rename metrics use spec\.writeRelabelConfigs/,
    ],
    [{ url, writeRelabelConfigs: [{ regex: '(' }] }, /spec\.writeRelabelConfigs\[0\]: .*missing closing \)/],
    [
      { url, remoteTimeout: '0s' },
      /spec\.remoteTimeout: .*has to be longer than 0s and at most 5m; leave it out/,
    ],
    [{ url, remoteTimeout: '1h' }, /spec\.remoteTimeout: .*at most 5m/],
    [{ url, remoteTimeout: 'soon' }, /spec\.remoteTimeout: Invalid value/],
    [{ url, metadataConfig: { sendInterval: '0s' } }, /spec\.metadataConfig\.sendInterval: .*at most 60m/],
    [
      { url, queueConfig: { minShards: 60 } },
      /spec\.queueConfig\.minShards: Invalid value: 60: is above maxShards, which is 50; lower it, or raise maxShards/,
    ],
    [
      { url, queueConfig: { minBackoff: '10s' } },
      /spec\.queueConfig\.minBackoff: .*is above maxBackoff, which is 5s/,
    ],
    [{ url, queueConfig: { capacity: 0 } }, /spec\.queueConfig\.capacity: .*greater than or equal to 1/],
    [
      { url, queueConfig: { logSizeLimit: '1KiB' } },
      /spec\.queueConfig\.logSizeLimit: .*from 1MiB to 64GiB; to keep less, set sampleAgeLimit/,
    ],
    [{ url, queueConfig: { logSizeLimit: 'much' } }, /spec\.queueConfig\.logSizeLimit: Invalid value/],
    [{ url, basicAuth: {}, authorization: {} }, /spec\.authorization: .*at most one of/],
  ];
  for (const [wrong, told] of cases) {
    test(JSON.stringify(wrong), async () => {
      const { status, text } = await tryForward(server.admin, 'wrong', wrong);
      equal(status, 422, text);
      match(text.replaceAll('\\"', '"'), told);
      ok(!text.includes('secret@'), text);
    });
  }
});
