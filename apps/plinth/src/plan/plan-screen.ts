import { type Plan, planLines } from '@plinth/kernel';
import type { Terminal } from '../cli/terminal.ts';

/** Shows a plan, and what comes next. @param placeOf where errors are pointed to, for those who have the files */
export function showPlan(terminal: Terminal, plan: Plan, placeOf?: Parameters<typeof planLines>[1]): void {
  for (const line of planLines(plan, placeOf)) terminal.line(painted(terminal, line));
  const next = nextStep(plan);
  if (next !== undefined) terminal.line(`Next: ${next}`);
}

function painted(terminal: Terminal, line: string): string {
  if (line.startsWith('Plan ')) return terminal.paint('bold', line);
  if (line.includes('← ') || line.startsWith('  - ') || line.startsWith('  ✗ '))
    return terminal.paint('red', line);
  if (line.startsWith('  + ')) return terminal.paint('green', line);
  return line.startsWith('  ~ ') ? terminal.paint('yellow', line) : line;
}

function nextStep({ metadata: { name }, status }: Plan): string | undefined {
  const counts = status?.counts;
  if (!counts || counts.create + counts.update + counts.delete === 0) return undefined;
  if (status.phase === 'Pending') return `plinth approve ${name}   (by somebody else)`;
  return status.phase === 'Approved' ? `plinth apply ${name}` : undefined;
}
