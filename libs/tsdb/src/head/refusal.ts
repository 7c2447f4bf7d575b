/** Why labels or a sample are not taken. */
export type RefusalReason =
  | 'out_of_order'
  | 'duplicate'
  | 'out_of_bounds'
  | 'too_old'
  | 'too_far_in_future'
  | 'no_labels'
  | 'labels_not_sorted'
  | 'duplicate_label'
  | 'invalid_label_name'
  | 'invalid_utf8'
  | 'empty_label_value'
  | 'missing_metric_name'
  | 'label_count'
  | 'label_name_size'
  | 'label_value_size'
  | 'labels_size'
  | 'series_limit'
  | 'sample_limit'
  | 'invalid_histogram';

/** Texts for people. Those of samples are upstream's. Spec: Prometheus 3.14, storage/interface.go and storage/errors.go. */
const texts: Readonly<Record<RefusalReason, string>> = {
  out_of_order: 'out of order sample',
  duplicate: 'duplicate sample for timestamp',
  out_of_bounds: 'out of bounds',
  too_old: 'too old sample',
  too_far_in_future: 'sample is too far in the future',
  no_labels: 'series without labels',
  labels_not_sorted: 'labels are not sorted by name',
  duplicate_label: 'label name appears more than once',
  invalid_label_name: 'invalid label name',
  invalid_utf8: 'label is not valid UTF-8',
  empty_label_value: 'label with an empty value',
  missing_metric_name: 'series without the name of a metric',
  label_count: 'too many labels',
  label_name_size: 'label name is too long',
  label_value_size: 'label value is too long',
  labels_size: 'labels of the series are too long together',
  series_limit: 'too many series',
  sample_limit: 'too many samples in one request',
  invalid_histogram: 'invalid histogram',
};

const reasons = Object.keys(texts).filter(isRefusalReason);
const codes = new Map(reasons.map((reason, position) => [reason, -1 - position]));

/** What was not taken in a batch. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** Upstream's text where it has one. */
  readonly text: string;
  /** How many samples, or series, were refused for this reason. */
  readonly count: number;
  /** The first series that was refused; absent where the labels themselves are wrong. */
  readonly series: string | undefined;
  /** Instant of the first sample that was refused. */
  readonly timestampMs: number | undefined;
}

/** Reasons travel through the hot path as negative numbers in the place of a series. */
export function refusalCode(reason: RefusalReason): number {
  return codes.get(reason) ?? -1;
}

/** The reason behind a negative number. */
export function refusalReason(code: number): RefusalReason {
  const reason = reasons[-1 - code];
  if (reason === undefined) throw new RangeError(`refusal ${code}: expected -1 to -${reasons.length}`);
  return reason;
}

/** What to tell people of a reason. */
export function refusalText(reason: RefusalReason): string {
  return texts[reason];
}

function isRefusalReason(text: string): text is RefusalReason {
  return Object.hasOwn(texts, text);
}

/** Refusals by reason. */
export class RefusalCounts {
  readonly #counts = new Map<RefusalReason, number>();

  add(reason: RefusalReason, count: number): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
  }

  entries(): readonly (readonly [RefusalReason, number])[] {
    return [...this.#counts];
  }
}
