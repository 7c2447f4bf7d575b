import { deepEqual, equal } from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startTestServer } from '../harness/test-server.ts';
import { missingKubectl, recordedWith } from './kubectl-version.ts';
import { ShellSession } from './shell-session.ts';
import { exitCodeIn, headOf, outcomeText, parseTranscript, type Step } from './transcript.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const update = process.env['UPDATE'] === '1';
const missing = missingKubectl();

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

function check(step: Step, actual: string, sameWording: boolean): void {
  if (!('expected' in step)) return;
  if (sameWording) equal(actual, step.expected);
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

describe('kubectl', { concurrency: 2, skip: missing ?? false }, () => {
  const folder = join(here, 'scenarios');
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort()) {
    const path = join(folder, file);
    test(basename(file, '.txt'), async (t) => {
      const server = await startTestServer();
      const session = new ShellSession(
        server.directory,
        server.kernel.kubeconfigPath,
        join(here, 'manifests'),
      );
      try {
        const sameWording = update || (await recordedWith(session));
        if (!sameWording) t.diagnostic('another version of kubectl: only the exit codes are compared');
        const texts: { step: Step; text: string }[] = [];
        for (const step of parseTranscript(readFileSync(path, 'utf8'))) {
          if (step.type === 'comment') {
            texts.push({ step, text: written(step, '') });
            continue;
          }
          await t.test(headOf(step).split('\n')[0], async () => {
            const actual = await perform(session, step);
            texts.push({ step, text: written(step, actual) });
            if (!update) check(step, actual, sameWording);
          });
        }
        if (update) writeFileSync(path, layout(texts));
        deepEqual(server.faults, []);
      } finally {
        await session.close();
        await server.close();
      }
    });
  }
});
