import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import { boundedDisk } from '../faults/full-disk.ts';
import { startTestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { ask, remoteWrite, seriesOf } from './metrics-client.ts';

const disk = boundedDisk();
after(() => 'reason' in disk || disk.remove());
// Only a file system of its own bounds this process, too.
const skip = 'reason' in disk ? disk.reason : disk.kind === 'tmpfs' ? false : 'mounting is not possible here';

test('a disk that runs full under the metrics: writes are refused, and nothing acknowledged is lost', {
  skip,
}, async () => {
  ok(!('reason' in disk));
  const server = await startTestServer({
    capabilities: [telemetryCapability],
    dataDirectory: join(disk.directory, 'data'),
  });
  const startMs = Date.now() - 60_000;
  const acknowledged: number[] = [];
  let next = 0;
  const write = async (): Promise<number> => {
    const value = next++;
    const answer = await remoteWrite(server.admin, [seriesOf('disk', {}, [[startMs + value, value]])]);
    if (answer.status === 204) acknowledged.push(value);
    else match(answer.text, /the metrics (are opened again|cannot be opened|are not open)/);
    return answer.status;
  };
  for (let i = 0; i < 20; i++) equal(await write(), 204);
  for (let round = 0; round < 2; round++) {
    disk.fill();
    await until('a write to be refused', async () => ((await write()) === 503 ? true : undefined));
    disk.free();
    await until('writes to be taken again', async () => ((await write()) === 204 ? true : undefined));
  }
  const found = await ask(server.admin, '/query', { query: 'disk[5m]' });
  const [series] = (found.json as { data: { result: { values: [number, string][] }[] } }).data.result;
  const values = new Set(series?.values.map(([, value]) => Number(value)));
  deepEqual(
    acknowledged.filter((value) => !values.has(value)),
    [],
  );
  ok(
    server.faults.every((fault) => /metrics|store|disk|space/i.test(fault)),
    server.faults.join('\n'),
  );
  await server.close();
});
