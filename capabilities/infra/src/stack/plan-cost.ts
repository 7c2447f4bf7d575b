import { type Capture, isObject, ProcessError } from '@plinth/kernel';
import { costBytesMax, messageMax } from '../limits.ts';
import { withoutSecrets } from './plan-analysis.ts';

/** What a plan would cost by the month. Amounts are decimal numbers: money is never rounded by us. */
export interface PlanCost {
  readonly currency: string;
  readonly monthly: string;
  /** What is paid without it. */
  readonly monthlyBefore: string;
  /** What it adds; negative when it saves. */
  readonly monthlyChange: string;
}

/** What was told of the cost of a plan, or why nothing was. */
export type CostFinding = PlanCost | { readonly problem: string };

/** How a cost is asked for. */
export interface CostQuestion {
  /** The program, and its arguments. */
  readonly command: readonly string[];
  /** The directory that it starts in, with `plan.json`. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What the status of a stack has of a cost. */
export function costFinding({
  currency,
  monthly,
  monthlyBefore,
  monthlyChange,
  problem,
}: ToldCost): CostFinding {
  if (currency === undefined || monthly === undefined || monthlyChange === undefined)
    return { problem: problem ?? '' };
  return { currency, monthly, monthlyBefore: monthlyBefore ?? '0', monthlyChange };
}

type ToldCost = Partial<PlanCost> & { readonly problem?: string };

/** Asks a program what a plan costs. That nobody can tell is an answer, too. @throws the reason of `signal` */
export async function costOf(capture: Capture, question: CostQuestion): Promise<CostFinding> {
  const { command, directory, environment, secrets, timeoutMs, signal } = question;
  const [file = '', ...args] = command;
  const problem = (text: string): CostFinding => ({
    problem: withoutSecrets(text, secrets).slice(0, messageMax),
  });
  try {
    const { code, stdout, stderr, timedOut } = await capture.run(file, args, {
      cwd: directory,
      env: environment,
      timeoutMs,
      stdoutBytesMax: costBytesMax,
      signal,
    });
    signal.throwIfAborted();
    if (timedOut) return problem(`${file} took more than ${timeoutMs / 1000} s`);
    if (code === undefined) return problem(`${file} printed more than ${costBytesMax} bytes`);
    if (code !== 0) return problem(`${file} ended with ${code}: ${stderr.trim().slice(-500)}`);
    return readCost(stdout) ?? problem(`${file} printed no cost in Infracost's JSON format`);
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    return problem(`${error.message}; ${error.hint}`);
  }
}

/** Reads what `infracost breakdown --format json` prints; undefined when there is no total in it. */
export function readCost(bytes: Uint8Array): PlanCost | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined; // The caller says so.
  }
  if (!isObject(value)) return undefined;
  const { currency, totalMonthlyCost, pastTotalMonthlyCost, diffTotalMonthlyCost } = value;
  const monthly = amountIn(totalMonthlyCost);
  if (monthly === undefined || typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return undefined;
  const monthlyBefore = amountIn(pastTotalMonthlyCost) ?? '0';
  return { currency, monthly, monthlyBefore, monthlyChange: amountIn(diffTotalMonthlyCost) ?? monthly };
}

const amountForm = /^-?\d{1,15}(\.\d{1,24})?$/;

function amountIn(value: unknown): string | undefined {
  return typeof value === 'string' && amountForm.test(value) ? value : undefined;
}

/** Whether a plan raises the cost by more than a bound; what nobody can tell might. */
export function mayExceed(finding: CostFinding, bound: string): boolean {
  return 'problem' in finding || scaled(finding.monthlyChange) > scaled(bound);
}

const places = 24;

function scaled(amount: string): bigint {
  const [whole = '0', fraction = ''] = amount.replace('-', '').split('.');
  const digits = BigInt(whole + fraction.padEnd(places, '0'));
  return amount.startsWith('-') ? -digits : digits;
}

/** The line about the cost of a plan below what it would do, with a line between; empty where nobody was asked. */
export function costLine(cost: ToldCost | undefined, form: 'text' | 'markdown'): string {
  if (!cost) return '';
  return `\n${form === 'markdown' ? '**Cost:**' : 'Cost:'} ${costText(costFinding(cost))}\n`;
}

/** A cost in one line, such as `128.40 USD a month, +12.00`. Cents are what people look at; the object has all digits. */
export function costText(finding: CostFinding): string {
  if ('problem' in finding) return `not known: ${finding.problem}`;
  const { currency, monthly, monthlyChange } = finding;
  const change = cents(monthlyChange);
  return `${cents(monthly)} ${currency} a month, ${change.startsWith('-') ? '' : '+'}${change}`;
}

/** Rounded to cents, half away from zero. */
function cents(amount: string): string {
  const unit = 10n ** BigInt(places - 2);
  const value = scaled(amount);
  const rounded = ((value < 0n ? -value : value) + unit / 2n) / unit;
  const text = rounded.toString().padStart(3, '0');
  return `${value < 0n && rounded > 0n ? '-' : ''}${text.slice(0, -2)}.${text.slice(-2)}`;
}
