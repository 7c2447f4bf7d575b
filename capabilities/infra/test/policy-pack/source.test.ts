import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { judgeSource } from '@plinth/terraform-source';
import {
  type Cloud,
  cloudNames,
  clouds,
  compiledChecksOf,
  outcomeOf,
  type Sample,
  samplesOf,
} from './pack.ts';
import { schemas } from './schemas.ts';

/** The built-in type that samples take unknown values from. */
const terraformData = {
  block: {
    attributes: {
      id: { type: 'string', computed: true },
      input: { type: 'dynamic', optional: true },
      output: { type: 'dynamic', computed: true },
    },
  },
};

/** What the check of a sample says of its source. */
async function saidOf(cloud: Cloud, { check, file, text }: Sample): Promise<string> {
  const checks = compiledChecksOf(cloud).filter((one) => one.check.name === check);
  const resources = { ...schemas[clouds[cloud]]?.resource_schemas, terraform_data: terraformData };
  const files = [{ name: file, text }];
  return outcomeOf(await judgeSource(files, checks, { schemas: resources, nowMs: 0 }), check, '');
}

test('the source of a sample is judged as its plan is, or is unknown', async () => {
  const different: string[] = [];
  const counts = { decided: 0, open: 0 };
  for (const cloud of cloudNames) {
    for (const sample of samplesOf(cloud)) {
      const said = await saidOf(cloud, sample);
      // samples.test.ts has found the plan to be what the name of the file says.
      if (said !== sample.outcome && said !== 'unknown')
        different.push(`${sample.check} ${sample.outcome}: ${said}`);
      if (sample.outcome !== 'unknown') counts[said === 'unknown' ? 'open' : 'decided']++;
    }
  }
  deepEqual(different, []);
  equal(counts.open, 0, 'what the plan decides, the source decides, too');
  ok(counts.decided >= 120, String(counts.decided));
});
