/** How bad it is when a check fails, the worst first. */
export const severities = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof severities)[number];

/** What can happen to a resource that a check looks at. */
export const judgedActions = ['no-op', 'create', 'update', 'replace', 'delete', 'read', 'forget'] as const;
export type JudgedAction = (typeof judgedActions)[number];

/** The actions that a check is about when it names none: all after which the resource is there. */
export const defaultActions: readonly JudgedAction[] = ['no-op', 'create', 'update', 'replace'];

/** A check as it is written. */
export interface Check {
  /** Unique among the checks that are compiled together, such as `aws-s3-versioning`. */
  readonly name: string;
  /** What is asked, as a sentence: `Buckets keep older versions.` */
  readonly title: string;
  readonly severity: Severity;
  /** What to do about it. */
  readonly remedy: string;
  /** Types of resources that it is about, `data.aws_ami` for data sources; `*` stands for any characters. Absent: all. */
  readonly resources?: readonly string[];
  /** Actions that it is about; absent: `defaultActions`. */
  readonly actions?: readonly JudgedAction[];
  /** CEL that is true of the changes that it is about; absent: all of these types and actions. */
  readonly when?: string;
  /** CEL that is true of the changes that are right. */
  readonly assert: string;
  /** CEL that says what is wrong, as a text. Secrets are hidden from it. Absent, or where it fails: the title. */
  readonly messageExpression?: string;
}

/** What a check says of a change: not right, not to be told before apply, or not to be worked out. */
export type Verdict = 'fail' | 'unknown' | 'error';

/** A change that did not pass a check. */
export interface Finding {
  readonly check: string;
  readonly title: string;
  readonly severity: Severity;
  readonly remedy: string;
  readonly verdict: Verdict;
  /** The resource, without secrets. Empty where it is about the whole plan. */
  readonly address: string;
  /** One line, without secrets. */
  readonly message: string;
  /** What it depends on that is known after apply, such as `after.kms_key_id`; empty unless the verdict is unknown. */
  readonly unknown: readonly string[];
  /** The waiver because of which it does not count; undefined when it counts. */
  readonly waiver: string | undefined;
}

/** Findings by verdict. */
export type VerdictCounts = Readonly<Record<Verdict, number>>;

/** What all checks say of a plan. */
export interface Evaluation {
  /** The worst first, then in the order of checks and changes; at most `findingsMax`. */
  readonly findings: readonly Finding[];
  /** Findings beyond those. They are counted below. */
  readonly findingsLeftOut: number;
  /** All findings that no waiver takes back. */
  readonly counts: Readonly<Record<Severity, VerdictCounts>>;
  /** Findings that a waiver takes back. */
  readonly waived: number;
  /** Pairs of a check and a change that it is about and found right. */
  readonly passed: number;
  /** What it cost, in the units of `costMax`. */
  readonly cost: number;
}
