/**
 * Transcripts of a shell session, as text that people review:
 *
 *   # A comment; empty lines separate the steps.
 *   $ kubectl get namespace nowhere
 *   ! Error from server (NotFound): namespaces "nowhere" not found
 *   [exit 1]
 *
 * `$` runs a command, `> ` continues it (for here-documents), `& name $ command` starts one in the background,
 * `~ name shows TEXT` waits until its output has TEXT, `~ name ends` waits for its end and shows what it printed,
 * `~ name stops` does not wait but ends it. Below stand
 * standard output, standard error behind `! `, and the exit code where it is not 0.
 */

/** One step of a transcript. */
export type Step =
  | { readonly type: 'comment'; readonly text: string }
  | { readonly type: 'run'; readonly command: string; readonly expected: string }
  | { readonly type: 'start'; readonly name: string; readonly command: string }
  | { readonly type: 'shows'; readonly name: string; readonly text: string }
  | { readonly type: 'ends' | 'stops'; readonly name: string; readonly expected: string };

/** What a command did. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Reads a transcript. @throws Error naming the line that fits nowhere */
export function parseTranscript(text: string): Step[] {
  const steps: Step[] = [];
  const lines = text.split('\n');
  let at = 0;
  const block = (): string => {
    const own: string[] = [];
    while (at < lines.length && !/^([#$&~] |#$)/.test(lines[at] ?? '')) own.push(lines[at++] ?? '');
    return own.join('\n').trimEnd();
  };
  while (at < lines.length) {
    const line = lines[at++] ?? '';
    const start = /^& (\S+) \$ (.*)$/.exec(line);
    const wait = /^~ (\S+) (shows|ends|stops) ?(.*)$/.exec(line);
    if (line === '') continue;
    else if (line.startsWith('#')) steps.push({ type: 'comment', text: line });
    else if (line.startsWith('$ ')) {
      const command = [line.slice(2)];
      while (lines[at]?.startsWith('> ')) command.push((lines[at++] ?? '').slice(2));
      steps.push({ type: 'run', command: command.join('\n'), expected: block() });
    } else if (start) steps.push({ type: 'start', name: start[1] ?? '', command: start[2] ?? '' });
    else if (wait?.[2] === 'shows') steps.push({ type: 'shows', name: wait[1] ?? '', text: wait[3] ?? '' });
    else if (wait) {
      steps.push({ type: wait[2] === 'ends' ? 'ends' : 'stops', name: wait[1] ?? '', expected: block() });
    } else throw new Error(`line ${at} belongs to no step: ${line}`);
  }
  return steps;
}

/** The step as it stands in the transcript, without what it is expected to print. */
export function headOf(step: Step): string {
  switch (step.type) {
    case 'comment':
      return step.text;
    case 'run':
      return `$ ${step.command.replaceAll('\n', '\n> ')}`;
    case 'start':
      return `& ${step.name} $ ${step.command}`;
    case 'shows':
      return `~ ${step.name} shows ${step.text}`;
    case 'ends':
    case 'stops':
      return `~ ${step.name} ${step.type}`;
  }
}

/** What a command did, as it stands in the transcript. */
export function outcomeText({ stdout, stderr, exitCode }: Outcome): string {
  const out = stdout.trimEnd();
  const errors = stderr
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `! ${line}`);
  return [...(out === '' ? [] : [out]), ...errors, ...(exitCode === 0 ? [] : [`[exit ${exitCode}]`])].join(
    '\n',
  );
}

/** The exit code that an expectation states. */
export function exitCodeIn(expected: string): number {
  return Number(/^\[exit (\d+)\]$/m.exec(expected)?.[1] ?? 0);
}
