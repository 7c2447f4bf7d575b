import type { Expression } from '@plinth/promql';

/** A rule that stores what its expression gives as a new series. */
export interface RecordingRuleSpec {
  readonly kind: 'recording';
  /** Name of the new series. */
  readonly name: string;
  /** The expression as it was written. */
  readonly text: string;
  readonly expression: Expression;
  /** Those of the group included. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A rule that raises alerts for what its expression gives. */
export interface AlertingRuleSpec {
  readonly kind: 'alerting';
  readonly name: string;
  readonly text: string;
  readonly expression: Expression;
  /** Templates; those of the group included. */
  readonly labels: Readonly<Record<string, string>>;
  /** Templates. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly forMs: number;
  readonly keepFiringForMs: number;
}

export type RuleSpec = RecordingRuleSpec | AlertingRuleSpec;

/** Rules that are evaluated one after the other. */
export interface RuleGroupSpec {
  readonly name: string;
  /** Absent: as the evaluator has it. */
  readonly intervalMs?: number;
  /** How far in the past the rules are evaluated. */
  readonly queryOffsetMs: number;
  /** Series or alerts that one rule may give; 0: any number. */
  readonly limit: number;
  readonly rules: readonly RuleSpec[];
}

/** Something that is wrong with rules, and where: the names and indexes on the way to it. */
export interface RuleFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
