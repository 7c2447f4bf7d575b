import type { Terminal, Tone } from '../cli/terminal.ts';
import type { ShownFinding, ShownPlan } from './shown-stack.ts';
import { type NextStep, type Standing, shortened } from './standing.ts';
import { instantText } from './times.ts';

/** The sign that a line of a plan begins with, and its tone. */
const tones: readonly (readonly [sign: RegExp, tone: Tone])[] = [
  [/^\s*(-\/\+|\+\/-|-) /, 'red'],
  [/^\s*(\+|\+\/\.) /, 'green'],
  [/^\s*~ /, 'yellow'],
  [/^ {2}! /, 'yellow'],
  [/^[A-Z]/, 'bold'],
];

/** A plan as the server writes it for terminals, coloured. */
export function showPlanText(terminal: Terminal, text: string): void {
  for (const line of text.trimEnd().split('\n')) {
    const tone = tones.find(([sign]) => sign.test(line))?.[1];
    terminal.line(tone === undefined ? line : terminal.paint(tone, line));
  }
}

/** What policies said of a plan: what denies it first. Nothing when they found nothing. */
export function showFindings(terminal: Terminal, { policy }: ShownPlan): void {
  const { denied, warned, waived, findings } = policy;
  const all = denied + warned + waived;
  if (all === 0) return;
  const counts = [`${denied} denied`, `${warned} warned`, `${waived} waived`].filter(
    (one) => !one.startsWith('0 '),
  );
  terminal.line();
  terminal.line(terminal.paint('bold', `Policies: ${counts.join(', ')}`));
  for (const one of findings) {
    terminal.line(findingLine(terminal, one));
    if (one.effect !== 'waived') terminal.line(`      ${one.remedy}`);
  }
  if (all > findings.length) terminal.line(`  and ${all - findings.length} more`);
}

const marks: Readonly<Record<string, readonly [mark: string, tone: Tone]>> = {
  deny: ['✗', 'red'],
  warn: ['!', 'yellow'],
};

function findingLine(terminal: Terminal, found: ShownFinding): string {
  const { effect, severity, policy, check, verdict, address, message } = found;
  const [mark, tone] = marks[effect] ?? ['·', 'dim'];
  const rule = check === '' ? policy : `${policy}/${check}`;
  const isUnknown = verdict === 'unknown' ? ' (known only after apply)' : '';
  const said = message === '' ? '' : `: ${message}`;
  const at = address === '' ? 'the plan' : address;
  return `  ${terminal.paint(tone, mark)} ${severity.padEnd(8)} ${rule} at ${at}${said}${isUnknown}`;
}

/** What an approval of a plan is bound to. */
export function showBinding(terminal: Terminal, plan: ShownPlan, nowMs: number): void {
  const { digest, revision, stateSerial, policy, at, run } = plan;
  const state = stateSerial === undefined ? 'no state yet' : `state serial ${stateSerial}`;
  terminal.line();
  terminal.line(
    `Digest ${shortened(digest)} · revision ${shortened(revision)} · ${state} · policies ${shortened(policy.version)}`,
  );
  terminal.line(terminal.paint('dim', `Made ${instantText(at, nowMs)} by run ${run}`));
}

const standingTones: Readonly<Record<Standing['state'], Tone>> = {
  waits: 'yellow',
  'goes on': 'bold',
  steady: 'green',
  'stands still': 'yellow',
};

/** Where a stack stands, and what can be done next. */
export function showStanding(terminal: Terminal, { state, text, next }: Standing): void {
  terminal.line(terminal.paint(standingTones[state], text));
  if (next) terminal.line(nextLine(next));
}

/** What can be done next, on one line. */
export function nextLine({ command, note }: NextStep): string {
  return note === '' ? `Next: ${command}` : `Next: ${command}   (${note})`;
}
