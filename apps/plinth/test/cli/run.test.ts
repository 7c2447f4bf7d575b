import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { defineCapability, defineRun } from '@plinth/kernel';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { type Ended, plinth } from './program.ts';

const env = { PATH: '/usr/bin:/bin' };

const demo = defineCapability({
  name: 'demo',
  kinds: [],
  open: () => ({
    runs: [
      defineRun({
        name: 'demo.print',
        version: 1,
        async run(run, input) {
          const word = (input as { word?: string }).word ?? 'nothing';
          await run.exec('print', {
            file: 'sh',
            args: ['-c', 'for i in 1 2 3; do echo "$0 $i"; sleep 0.1; done', word],
            env,
          });
          const code = word === 'bad' ? '3' : '0';
          await run.exec('check', { file: 'sh', args: ['-c', 'exit "$0"', code], env });
        },
      }),
      defineRun({ name: 'demo.wait', version: 1, run: (run) => run.sleep('nap', 3_600_000) }),
      defineRun({
        name: 'demo.gate',
        version: 1,
        run: (run) => run.approval('go', { message: 'roll out to production' }),
      }),
    ],
  }),
});

const runsPath = '/apis/plinth.dev/v1alpha1/namespaces/default/runs';

describe('plinth run', { concurrency: true }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ capabilities: [demo] });
  });
  after(async () => {
    deepEqual(server.faults, []);
    await server.close();
  });

  const cli = (...args: string[]): Promise<Ended> =>
    plinth(args, { env: { KUBECONFIG: server.kernel.kubeconfigPath } });

  async function start(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await cli('run', 'start', ...args);
    equal(code, 0, stderr);
    return /Run\/(\S+) created/.exec(stdout)?.[1] ?? '';
  }

  interface Shown {
    readonly status?: { readonly phase?: string; readonly waitingFor?: { readonly command: string }[] };
  }

  async function shown(name: string): Promise<Shown> {
    const { json } = await server.admin.get(`${runsPath}/${name}`);
    return json as Shown;
  }

  async function reach(name: string, phase: string): Promise<void> {
    await until(`run ${name} to be ${phase}`, async () =>
      (await shown(name)).status?.phase === phase ? true : undefined,
    );
  }

  test('start a run and follow its log to its end', async () => {
    const name = await start('demo.print', '--input', '{"word":"hello"}');
    const followed = await cli('run', 'logs', name, '-f');
    equal(followed.code, 0, followed.stderr);
    equal(followed.stdout, 'hello 1\nhello 2\nhello 3\n');
    match(followed.stderr, /── print\n[^]*Run\/demo-print-\S+ is Succeeded/);
    const json = await cli('run', 'logs', name, '--step', 'print', '--json');
    const lines = json.stdout
      .trim()
      .split('\n')
      .map((line) => /"kind":"(\w+)"/.exec(line)?.[1]);
    equal(lines[0], 'start');
    equal(lines.at(-1), 'end');
  });

  test('a run that fails says where and why, and so does the exit code', async () => {
    const name = await start('demo.print', '--input', '{"word":"bad"}');
    const followed = await cli('run', 'logs', name, '-f');
    equal(followed.code, 1);
    match(followed.stderr, /is Failed: sh ended with 3/);
    match(followed.stdout, /\[ended: exit code 3\]/);
  });

  test('pause, resume and cancel a run', async () => {
    const name = await start('demo.wait');
    await reach(name, 'Waiting');
    for (const [verb, told] of [
      ['pause', 'starts no further step'],
      ['resume', 'goes on'],
      ['cancel', 'is being cancelled'],
    ]) {
      const { code, stdout, stderr } = await cli('run', verb ?? '', name);
      equal(code, 0, stderr);
      ok(stdout.includes(told ?? ''), stdout);
    }
    await reach(name, 'Canceled');
    const again = await cli('run', 'cancel', name);
    equal(again.code, 1);
    match(again.stderr, /has ended: Canceled/);
  });

  test('a waiting run is approved by somebody else with the command that it shows', async () => {
    const { status } = await server.as('anna', ['system:masters']).post(runsPath, {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'Run',
      metadata: { name: 'gated' },
      spec: { definition: 'demo.gate' },
    });
    equal(status, 201);
    await reach('gated', 'Waiting');
    const command = (await shown('gated')).status?.waitingFor?.[0]?.command ?? '';
    equal(command, 'plinth approve run/gated');
    const approved = await cli(...command.split(' ').slice(1));
    equal(approved.code, 0, approved.stderr);
    await reach('gated', 'Succeeded');
  });

  test('wrong calls say what is wrong and what to write', async () => {
    const wrong: [string[], RegExp][] = [
      [['run', 'start'], /DEFINITION is missing/],
      [['run', 'jump', 'x'], /jump/],
      [['run', 'start', 'demo.wait', '--input', '{'], /--input is not JSON/],
      [['run', 'start', 'demo.wait', '--input', '[]'], /--input is not an object/],
      [['run', 'logs', 'no-such-run'], /"no-such-run" not found/],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr } = await cli(...args);
      ok(code !== 0);
      match(stderr, message);
    }
    const name = await start('no.such');
    await reach(name, 'Pending');
    const log = await server.admin.get(`${runsPath}/${name}/log?offset=x`);
    equal(log.status, 400);
  });
});
