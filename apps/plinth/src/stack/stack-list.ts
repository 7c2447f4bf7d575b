import { textAt } from '../api/json.ts';
import { type Invocation, isSet } from '../cli/command.ts';
import type { Terminal, Tone } from '../cli/terminal.ts';
import { nextLine } from './plan-screen.ts';
import { type ShownStack, shownStack } from './shown-stack.ts';
import type { StackClient } from './stack-client.ts';
import { spanText } from './times.ts';

/** `plinth stack list`: where all stacks stand. */
export async function listStacks(invocation: Invocation, client: StackClient): Promise<number> {
  const { terminal } = invocation;
  const everywhere = isSet(invocation, 'all-namespaces');
  const bodies = await client.list(everywhere);
  const rows = bodies.map((body) => ({
    stack: shownStack(body),
    createdAt: textAt(body, 'metadata', 'creationTimestamp'),
  }));
  if (terminal.json) {
    terminal.data({ stacks: rows.map(({ stack }) => stack) });
    return 0;
  }
  if (rows.length === 0) {
    terminal.note(`No stacks${everywhere ? '' : ` in namespace ${client.namespace}`}.`);
    terminal.note('How one is declared: plinth explain stack.spec');
    return 0;
  }
  const table = rows.map(({ stack, createdAt }) => ({
    standing: standingOf(stack),
    cells: [
      ...(everywhere ? [stack.namespace] : []),
      stack.name,
      stack.ready.reason || 'Pending',
      stack.plan?.headline ?? '',
      stack.serial === undefined ? '' : String(stack.serial),
      driftText(stack),
      spanText(Date.now() - Date.parse(createdAt)),
    ],
  }));
  const header = [...(everywhere ? ['NAMESPACE'] : []), 'NAME', 'STATUS', 'PLAN', 'SERIAL', 'DRIFT', 'AGE'];
  showTable(terminal, header, table);
  const waiting = rows.find(({ stack }) => stack.ready.reason === 'WaitingForApproval')?.stack;
  if (waiting && !everywhere) {
    terminal.line(
      nextLine({ command: client.command(`stack plan ${waiting.name}`), note: 'what waits for approval' }),
    );
  }
  return 0;
}

type Row = { readonly standing: readonly [mark: string, tone: Tone]; readonly cells: readonly string[] };

/** A table whose first column is a mark: where a stack stands is told by shape, word and colour. */
function showTable(terminal: Terminal, header: readonly string[], rows: readonly Row[]): void {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map(({ cells }) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd();
  terminal.line(`  ${line(header)}`);
  for (const { standing, cells } of rows) {
    const [mark, tone] = standing;
    terminal.line(`${terminal.paint(tone, mark)} ${line(cells)}`);
  }
}

const going: ReadonlySet<string> = new Set(['Planning', 'Applying', 'Destroying', 'Pending', '']);
const waiting: ReadonlySet<string> = new Set([
  'WaitingForApproval',
  'WaitingForStack',
  'Suspended',
  'Deferred',
]);

function standingOf({ ready: { status, reason } }: ShownStack): Row['standing'] {
  if (status === 'True') return ['✓', 'green'];
  if (going.has(reason)) return ['…', 'dim'];
  return waiting.has(reason) ? ['!', 'yellow'] : ['✗', 'red'];
}

function driftText({ drift, drifted }: ShownStack): string {
  if (drifted.status === 'Unknown') return 'unknown';
  if (!drift) return '';
  return drift.drifted === 0 ? 'none' : String(drift.drifted);
}
