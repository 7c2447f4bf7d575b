import { equal } from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ShellSession } from './shell-session.ts';
import { exitCodeIn, headOf, outcomeText, parseTranscript, type Step } from './transcript.ts';

/** Whether transcripts are written anew instead of compared. */
export const isUpdate = process.env['UPDATE'] === '1';

/** A transcript on the disk. */
export interface Scenario {
  readonly name: string;
  readonly path: string;
}

/** The transcripts of a folder, in order of their names. */
export function scenariosOf(folder: string): Scenario[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => ({ name: basename(name, '.txt'), path: join(folder, name) }));
}

/**
 * Performs a transcript, each step as a test of its own.
 * @param isCompared whether the output of a command is compared, not its exit code alone
 */
export async function performScenario(
  t: TestContext,
  session: ShellSession,
  { path }: Scenario,
  isCompared: (command: string) => boolean,
): Promise<void> {
  const texts: { step: Step; text: string }[] = [];
  for (const step of parseTranscript(readFileSync(path, 'utf8'))) {
    if (step.type === 'comment') {
      texts.push({ step, text: written(step, '') });
      continue;
    }
    await t.test(headOf(step).split('\n')[0], async () => {
      const actual = await perform(session, step);
      texts.push({ step, text: written(step, actual) });
      if (!isUpdate) check(step, actual, isCompared(step.type === 'run' ? step.command : ''));
    });
  }
  if (isUpdate) writeFileSync(path, layout(texts));
}

async function perform(session: ShellSession, step: Step): Promise<string> {
  switch (step.type) {
    case 'run':
      return outcomeText(await session.run(step.command));
    case 'start':
      session.start(step.name, step.command);
      return '';
    case 'shows':
      await session.shows(step.name, step.text);
      return '';
    case 'ends':
      return outcomeText(await session.ended(step.name));
    case 'stops':
      return outcomeText(await session.stop(step.name));
    case 'comment':
      return '';
  }
}

function check(step: Step, actual: string, isCompared: boolean): void {
  if (!('expected' in step)) return;
  if (isCompared) equal(actual, step.expected);
  else equal(exitCodeIn(actual), exitCodeIn(step.expected));
}

function written(step: Step, actual: string): string {
  return actual === '' ? `${headOf(step)}\n` : `${headOf(step)}\n${actual}\n`;
}

/** Comments belong to the step below them; steps are set apart by an empty line. */
function layout(texts: readonly { step: Step; text: string }[]): string {
  return texts
    .map(({ step, text }, i) => (step.type === 'comment' || i === texts.length - 1 ? text : `${text}\n`))
    .join('');
}
