import { isObject } from '@plinth/kernel';
import { diagnosticsMax } from '../limits.ts';

/** What the plan itself tells, in more words. */
const toldByPlan: ReadonlySet<string> = new Set(['planned_change', 'resource_drift', 'outputs']);

/** Something that the program found wrong. */
export interface Diagnostic {
  readonly isError: boolean;
  readonly summary: string;
  readonly detail: string;
  /** Such as `main.tf:3`; empty where it is about no place. */
  readonly place: string;
}

/**
 * What a program that was told `-json` prints, as people read it. Values are left out: of these the plan tells, where they are
 * known to be no secrets.
 * Spec: Terraform, Machine-Readable UI, version 1.x.
 */
export class ProgramLog {
  readonly #diagnostics: Diagnostic[] = [];

  /** What went wrong, at most 20 of them. */
  get errors(): readonly Diagnostic[] {
    return this.#diagnostics.filter(({ isError }) => isError);
  }

  /** One line as it is shown; a line that is no JSON is shown as it is. */
  readonly format = (line: string): string | undefined => {
    const event = parsed(line);
    if (!event) return line;
    const { type, '@message': message, diagnostic } = event;
    if (typeof type === 'string' && toldByPlan.has(type)) return undefined;
    if (type !== 'diagnostic' || !isObject(diagnostic))
      return typeof message === 'string' ? message : undefined;
    const found = diagnosticOf(diagnostic);
    if (this.#diagnostics.length < diagnosticsMax) this.#diagnostics.push(found);
    return textOf(found);
  };
}

/** What failed in one sentence, for a condition. */
export function failureText(errors: readonly Diagnostic[]): string {
  const [first] = errors;
  if (!first) return '';
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more errors)`;
  const place = first.place === '' ? '' : `${first.place}: `;
  return `${place}${first.summary}${first.detail === '' ? '' : `: ${first.detail}`}${more}`;
}

/**
 * What `init` found wrong, which it prints for people.
 * @returns the first error with its place, or the end of what was printed
 */
export function initFailure(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replace(/^[│╷╵\s]+/u, '').trimEnd());
  const at = lines.findIndex((line) => line.startsWith('Error: '));
  if (at < 0)
    return lines
      .filter((line) => line !== '')
      .slice(-3)
      .join(' ');
  const rest = lines.slice(at + 1);
  const place = rest.map((line) => /^on (\S+) line (\d+)/.exec(line)).find((match) => match !== null);
  const detail = rest.filter((line) => line !== '' && !/^on \S+ line \d+|^\d+: /.test(line)).slice(0, 4);
  const said = [lines[at]?.slice('Error: '.length), ...detail].join(' ');
  return place ? `${place[1]}:${place[2]}: ${said}` : said;
}

function diagnosticOf(diagnostic: Readonly<Record<string, unknown>>): Diagnostic {
  const { severity, summary, detail, range } = diagnostic;
  const start = isObject(range) && isObject(range['start']) ? range['start'] : undefined;
  const file = isObject(range) ? range['filename'] : undefined;
  const line = start?.['line'];
  return {
    isError: severity === 'error',
    summary: typeof summary === 'string' ? summary : '',
    detail: typeof detail === 'string' ? detail : '',
    place: typeof file === 'string' && typeof line === 'number' ? `${file}:${line}` : '',
  };
}

function textOf({ isError, summary, detail, place }: Diagnostic): string {
  const head = `${isError ? 'Error' : 'Warning'}: ${summary}${place === '' ? '' : ` (${place})`}`;
  return detail === '' ? head : `${head}\n${detail.replaceAll(/^/gm, '  ')}`;
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const event: unknown = JSON.parse(line);
    return isObject(event) ? event : undefined;
  } catch {
    return undefined;
  }
}
