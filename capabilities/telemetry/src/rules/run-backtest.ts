import type { Queryable } from '@plinth/prometheus-model';
import { backtest, type RuleBacktest, RuleFileError, readRuleFile } from '@plinth/prometheus-rules';
import type { Engine, QueryOptions } from '@plinth/promql';
import { ruleIntervalMs } from '../limits.ts';
import { Refusal } from '../refusal-error.ts';

/** Rules to replay, and over which time: milliseconds since the epoch. */
export interface BacktestRequest {
  /** A rule file. */
  readonly rules: string;
  /** Its name, for messages. */
  readonly file: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A time in which an alert would have fired, as it is told over HTTP. Instants are RFC 3339. */
interface ReportedFiring {
  readonly group: string;
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly activeAt: string;
  readonly startsAt: string;
  /** Absent: it still fires at the end. */
  readonly endsAt?: string;
  readonly valueMax: string;
}

/** What rules would have done. */
export interface BacktestReport {
  readonly start: string;
  readonly end: string;
  readonly firings: readonly ReportedFiring[];
  readonly rules: readonly RuleBacktest[];
}

/** Replays a rule file over stored history. @throws Refusal 400 when the file cannot be read */
export async function runBacktest(
  { rules, file, startMs, endMs }: BacktestRequest,
  engine: Engine,
  source: Queryable,
  query: QueryOptions,
): Promise<BacktestReport> {
  const groups = readRules(rules, file);
  const found = await backtest(groups, { engine, source, startMs, endMs, intervalMs: ruleIntervalMs, query });
  return {
    start: instant(startMs),
    end: instant(endMs),
    rules: found.rules,
    firings: found.firings.map(({ labels, activeAtMs, startsAtMs, endsAtMs, valueMax, ...firing }) => ({
      ...firing,
      labels: labels.toJSON(),
      activeAt: instant(activeAtMs),
      startsAt: instant(startsAtMs),
      ...(endsAtMs === undefined ? {} : { endsAt: instant(endsAtMs) }),
      valueMax: String(valueMax),
    })),
  };
}

function readRules(text: string, file: string): ReturnType<typeof readRuleFile> {
  try {
    return readRuleFile(text, file);
  } catch (error) {
    throw error instanceof RuleFileError ? new Refusal(400, error.message) : error;
  }
}

function instant(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
