import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ApiClient } from '../api/api-client.ts';
import { memberOf, textAt } from '../api/json.ts';
import { type Connection, findConnection } from '../api/kubeconfig.ts';
import { exportLog } from '../audit/export.ts';
import { directorySource, type LogSource, serverSource, urlSource } from '../audit/log-source.ts';
import { verifySource } from '../audit/verify.ts';
import { type Invocation, isSet, valueOf } from '../cli/command.ts';
import { Failure, UsageFailure } from '../cli/failure.ts';

type Action = (invocation: Invocation, place: string | undefined) => Promise<number>;

const actions: Readonly<Record<string, Action>> = { tail, export: exportTo, verify, erase };

/** Reads, exports, verifies and erases in the audit log. */
export async function run(invocation: Invocation): Promise<number> {
  const [name = '', place] = invocation.positionals;
  const action = actions[name];
  if (!action) {
    throw new UsageFailure(
      `plinth audit cannot "${name}"`,
      `choose one of ${Object.keys(actions).join(', ')}`,
    );
  }
  return await action(invocation, place);
}

function clientOf(invocation: Invocation): ApiClient {
  return new ApiClient(findConnection(valueOf(invocation, 'kubeconfig')));
}

async function tail(invocation: Invocation, place: string | undefined): Promise<number> {
  if (place !== undefined)
    throw new UsageFailure(`unexpected "${place}"`, 'plinth audit tail [--from N] [-f]');
  const { terminal } = invocation;
  const from = valueOf(invocation, 'from') ?? '0';
  const follow = isSet(invocation, 'follow') ? '&follow=true' : '';
  for await (const line of clientOf(invocation).lines(
    `/audit/events?from=${encodeURIComponent(from)}${follow}`,
  )) {
    if (terminal.json) terminal.text(`${line}\n`);
    else terminal.line(sentenceOf(JSON.parse(line)));
  }
  return 0;
}

/** An event for people: number, time, who, what, of what. */
function sentenceOf(entry: unknown): string {
  const event = memberOf(entry, 'event');
  const text = textAt(entry, 'opening', 'actor', 'text');
  const actor: unknown = text === '' ? undefined : JSON.parse(text);
  const committed = textAt(event, 'data', 'actor') !== '';
  const who = textAt(actor, 'username') || (committed && text === '' ? '(erased)' : '-');
  const type = textAt(event, 'type').replace(/^dev\.plinth\./, '');
  const detail = textAt(event, 'data', 'subresource') || textAt(event, 'data', 'verb');
  return [textAt(event, 'id').padStart(6), textAt(event, 'time'), who, type, textAt(event, 'subject'), detail]
    .join('  ')
    .trimEnd();
}

async function exportTo(invocation: Invocation, place: string | undefined): Promise<number> {
  if (place === undefined) throw new UsageFailure('the directory is missing', 'plinth audit export DIR');
  const { terminal } = invocation;
  const directory = resolve(place);
  const exported = await exportLog(clientOf(invocation), directory, !isSet(invocation, 'without-actors'));
  if (terminal.json) terminal.data({ directory, ...exported });
  else {
    const { size, files, openings, verifierKey } = exported;
    terminal.line(`Exported ${size} entries, ${openings} with who acted, in ${files} files to ${directory}.`);
    terminal.line(`Keep this key apart from them: ${verifierKey}`);
    terminal.line(`Verify them anywhere, without the server: plinth audit verify ${place} --key KEY`);
  }
  return 0;
}

async function sourceOf(invocation: Invocation, place: string | undefined): Promise<LogSource> {
  if (place === undefined) return await serverSource(clientOf(invocation));
  if (!/^https?:\/\//.test(place)) return await directorySource(place);
  if (!place.startsWith('https://') || !URL.canParse(place)) {
    throw new UsageFailure(`"${place}" is not a URL that a log is read from`, 'write an https:// URL');
  }
  return await urlSource(place, connectionOrNone(valueOf(invocation, 'kubeconfig')));
}

/** How the kubeconfig reaches its control plane; a log elsewhere is read without one. */
function connectionOrNone(named: string | undefined): Connection | undefined {
  try {
    return findConnection(named);
  } catch (error) {
    if (named === undefined && error instanceof Failure) return undefined;
    throw error;
  }
}

async function verify(invocation: Invocation, place: string | undefined): Promise<number> {
  const { terminal } = invocation;
  const source = await sourceOf(invocation, place);
  const earlier = valueOf(invocation, 'since');
  const previous = earlier === undefined ? undefined : await readFile(earlier);
  const verified = await verifySource(source, valueOf(invocation, 'key'), previous);
  if (terminal.json) {
    terminal.data(verified);
    return 0;
  }
  const { origin, size, root, openings, pinned } = verified;
  terminal.fact('good', 'log', origin);
  terminal.fact('good', 'entries', `${size}, all as they were signed, root ${root}`);
  if (openings > 0) terminal.fact('good', 'actors', `${openings}, each fits its entry`);
  if (previous) terminal.fact('good', 'history', `begins with what ${String(earlier)} saw`);
  if (!pinned)
    terminal.note('The key came with the log. Name the one that you know with --key to trust nobody.');
  return 0;
}

async function erase(invocation: Invocation, place: string | undefined): Promise<number> {
  if (place === undefined) throw new UsageFailure('the user is missing', 'plinth audit erase USERNAME');
  const { terminal } = invocation;
  const path = `/audit/erasures?username=${encodeURIComponent(place)}`;
  const { body } = await clientOf(invocation).json(path, { method: 'POST' });
  const count = Number(memberOf(body, 'erased'));
  if (terminal.json) terminal.data({ username: place, erased: count });
  else terminal.line(`Erased who acted in ${count} entries. The log can be verified as before.`);
  return 0;
}
