import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '@plinth/kernel';
import { boundedDisk } from '../faults/full-disk.ts';
import { ServerProcess } from '../faults/server-process.ts';
import { type Answer, at, listAt } from '../harness/https-client.ts';
import { until } from '../harness/until.ts';
import { ask, remoteWrite, seriesOf } from './metrics-client.ts';

const disk = boundedDisk();
after(() => 'reason' in disk || disk.remove());

test('a disk that runs full refuses samples, loses none that were acknowledged, and takes them again', {
  skip: 'reason' in disk ? disk.reason : false,
}, async (t) => {
  ok(!('reason' in disk));
  t.diagnostic(`the disk is bounded by ${disk.kind}`);
  const data = join(disk.directory, 'data');
  const own = join(data, 'telemetry', 'metrics');
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const env = disk.kind === 'shim' ? { ...disk.env, PLINTH_SHIM_ROOT: own } : disk.env;
  let server = await ServerProcess.start(data, env);
  const startMs = systemClock.now() - 3_000_000;
  let next = 1;
  let unanswered = 0;
  const write = async (): Promise<Answer> => {
    const answer = await remoteWrite(server.admin, [
      seriesOf('numbers', {}, [[startMs + next * 1_000, next]]),
    ]);
    if (answer.status === 204) next++;
    else unanswered++;
    return answer;
  };
  const check = async (): Promise<void> => {
    const time = String((startMs + 3_599_000) / 1000);
    const { json } = await ask(server.admin, '/query', { query: 'numbers[1h]', time });
    const values = listAt(json, 'data', 'result', 0, 'values').map((point) => Number(at(point, 1)));
    deepEqual(
      values.slice(0, next - 1),
      Array.from({ length: next - 1 }, (_, i) => i + 1),
    );
    // The one that was refused may be there: it is sent again.
    ok(values.length <= next, `${values.length} samples, ${next - 1} acknowledged`);
  };
  try {
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 10; i++) equal((await write()).status, 204);
      disk.fill();
      const refused = await until('a refusal', async () => {
        const answer = await write();
        return answer.status === 204 ? undefined : answer;
      });
      equal(refused.status, 503, refused.text);
      match(refused.text, /ENOSPC|no space/i);
      ok(Number(refused.headers['retry-after']) > 0);
      disk.free();
      await until('samples to be taken again', async () =>
        (await write()).status === 204 ? true : undefined,
      );
      await check();
    }
    await server.end('SIGKILL');
    server = await ServerProcess.start(data, env);
    await check();
    equal((await write()).status, 204);
    t.diagnostic(`${next - 1} acknowledged samples, ${unanswered} refusals`);
  } finally {
    await server.end('SIGKILL');
  }
});
