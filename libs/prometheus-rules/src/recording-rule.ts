import { metricNameLabel } from '@plinth/prometheus-model';
import type { RuleContext } from './alerting-rule.ts';
import { RuleEvaluationError } from './rule-evaluation-error.ts';
import type { RecordingRuleSpec } from './rule-spec.ts';
import type { VectorSample } from './vector.ts';

/** A rule that stores what its expression gives. Spec: Prometheus 3.14, rules/recording.go. */
export class RecordingRule {
  readonly spec: RecordingRuleSpec;

  constructor(spec: RecordingRuleSpec) {
    this.spec = spec;
  }

  /**
   * @returns the series to write, with the time `timeMs - offsetMs`
   * @throws RuleEvaluationError, and what the query throws
   */
  async evaluate(
    context: RuleContext,
    timeMs: number,
    { offsetMs, limit }: { readonly offsetMs: number; readonly limit: number },
  ): Promise<readonly VectorSample[]> {
    const { name, labels, text } = this.spec;
    const found = await context.query(text, timeMs - offsetMs);
    const changes = { ...labels, [metricNameLabel]: name };
    const samples = found.map((sample) => ({ ...sample, labels: sample.labels.with(changes) }));
    if (new Set(samples.map((sample) => sample.labels.key)).size < samples.length) {
      throw new RuleEvaluationError(
        'vector contains metrics with the same labelset after applying rule labels',
      );
    }
    if (limit > 0 && samples.length > limit) {
      throw new RuleEvaluationError(`exceeded limit of ${limit} with ${samples.length} series`);
    }
    return samples;
  }
}
