import { numberAt, textAt } from '../api/json.ts';

/** A line of a log as it is shown. */
export interface LogLine {
  readonly kind: 'step' | 'stdout' | 'stderr' | 'remark' | 'bad';
  readonly text: string;
}

/** A record of a run's log as a line; undefined for what says nothing to people. */
export function logLine(record: unknown): LogLine | undefined {
  switch (textAt(record, 'kind')) {
    case 'start':
      return { kind: 'step', text: `── ${textAt(record, 'step')}` };
    case 'output': {
      const text = textAt(record, 'text') || decoded(textAt(record, 'base64'));
      return { kind: textAt(record, 'stream') === 'stderr' ? 'stderr' : 'stdout', text: plain(text) };
    }
    case 'lost':
    case 'gap':
      return { kind: 'remark', text: `… ${numberAt(record, 'bytes')} bytes are left out` };
    case 'end': {
      const code = numberAt(record, 'exitCode');
      const why = textAt(record, 'message') || textAt(record, 'signal');
      return code === 0 && why === ''
        ? undefined
        : { kind: 'bad', text: `ended with ${why || `exit code ${code}`}` };
    }
    default:
      return undefined;
  }
}

/** Without the end of line and without what colours terminals. */
function plain(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/\r?\n$/, '');
}

function decoded(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
}
