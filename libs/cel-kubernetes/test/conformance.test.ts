import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Case, conformanceCases } from './conformance-corpus.ts';
import { conformanceLibraries } from './conformance-libraries.ts';
import { runCase, Unsupported } from './conformance-run.ts';
import { skipReason } from './skips.ts';

/** Figures that the README publishes; a change of them is a change of the README. */
const published = { total: 2344, run: 1651, skipped: 693 };

describe('official conformance suite, cel-spec v0.25.1', () => {
  const cases = conformanceCases();
  const sections = Map.groupBy(cases, ({ section }) => section);
  for (const [section, tests] of sections) {
    it(section, (t) => {
      const [skipped, run] = [tests.filter(isSkipped), tests.filter((test) => !isSkipped(test))];
      const failed = run.flatMap((test) => {
        const fault = faultOf(test);
        return fault === undefined ? [] : [`${test.id}: ${test.test.original.expr}: ${fault}`];
      });
      const passing = skipped.filter((test) => expectsValue(test) && faultOf(test) === undefined);
      t.diagnostic(
        `${section}: ${run.length - failed.length} of ${tests.length} pass, ${skipped.length} skipped`,
      );
      assert.deepEqual(failed, []);
      assert.deepEqual(
        passing.map(({ id }) => id),
        [],
        'these are skipped, and pass',
      );
    });
  }

  it('comes to the published figures', () => {
    const skipped = cases.filter(isSkipped).length;
    assert.deepEqual({ total: cases.length, run: cases.length - skipped, skipped }, published);
  });
});

function isSkipped(test: Case): boolean {
  return skipReason(test) !== undefined;
}

/** A skipped test that expects an error would pass for the wrong reason: that messages do not compile. */
function expectsValue({ test }: Case): boolean {
  return !['evalError', 'anyEvalErrors'].includes(test.original.resultMatcher.case ?? '');
}

function faultOf(test: Case): string | undefined {
  try {
    return runCase(test, conformanceLibraries);
  } catch (error) {
    if (error instanceof Unsupported) return error.message;
    throw error;
  }
}
