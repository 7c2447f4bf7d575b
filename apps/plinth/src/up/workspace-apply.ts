import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, conditionsOf, isObject, type Kernel, type KubeObject } from '@plinth/kernel';
import { workspaceKind, workspaces } from '@plinth/workspace';
import { Failure } from '../cli/failure.ts';
import { bundledWorkspace, type WorkspaceRequest } from './workspace-source.ts';

const fieldManager = 'plinth-up';
const bundledLabel = 'plinth.dev/bundled';

/** What a workspace has come to. */
export interface WorkspaceState {
  readonly name: string;
  readonly title: string;
  /** Whether it is the quickstart that comes with the program. */
  readonly bundled: boolean;
  readonly state: 'ready' | 'failing' | 'applying';
  readonly objects: number;
  readonly ready: number;
  /** What is wrong or under way, in words. */
  readonly message: string;
}

/** How `plinth up` was told to choose a workspace. */
export type WorkspaceChoice =
  | { readonly type: 'given'; readonly request: WorkspaceRequest }
  | { readonly type: 'default' }
  | { readonly type: 'none' };

/**
 * Applies the chosen workspace. By default that is the quickstart, on a first start only: whoever deletes it, or
 * chooses another workspace, does not get it back. One that is there follows the program to where it is installed now.
 *
 * @returns what to wait for; undefined when nothing was applied
 * @throws Failure when the name stands for another source that still exists
 */
export async function applyWorkspace(
  kernel: Kernel,
  dataDirectory: string,
  choice: WorkspaceChoice,
): Promise<WorkspaceRequest | undefined> {
  const client = kernel.client(fieldManager);
  const request = chosen(client, dataDirectory, choice);
  if (!request) return undefined;
  const present = client.get(workspaces, { name: request.name });
  if (present) refuseOtherSource(present, request);
  await client.apply(
    workspaces,
    {
      apiVersion: `${workspaceKind.group}/${workspaceKind.version}`,
      kind: workspaceKind.kind,
      metadata: { name: request.name, ...(request.bundled ? { labels: { [bundledLabel]: 'true' } } : {}) },
      spec: { source: structuredClone(request.source) },
    },
    { force: true },
  );
  writeFileSync(choiceFile(dataDirectory), `${request.name}\n`, { mode: 0o600 });
  return request;
}

/** Remembers that a workspace was chosen here. */
function choiceFile(dataDirectory: string): string {
  return join(dataDirectory, 'workspace-choice');
}

function isBundled(object: KubeObject): boolean {
  return object.metadata.labels?.[bundledLabel] === 'true';
}

function chosen(
  client: Client,
  dataDirectory: string,
  choice: WorkspaceChoice,
): WorkspaceRequest | undefined {
  if (choice.type === 'none') return undefined;
  if (choice.type === 'given') return choice.request;
  const present = client.list(workspaces);
  const bundled = present.some(isBundled);
  const isFirstStart = present.length === 0 && !existsSync(choiceFile(dataDirectory));
  return bundled || isFirstStart ? bundledWorkspace() : undefined;
}

function refuseOtherSource(present: KubeObject, { name, source, bundled }: WorkspaceRequest): void {
  if (bundled && isBundled(present)) return;
  const path = 'directory' in source ? source.directory.path : undefined;
  const url = 'git' in source ? source.git.url : undefined;
  const old = sourceOf(present);
  if (path === old.path && url === old.url) return;
  // A directory that was moved is followed; one that is still there would have its objects deleted.
  if (old.path !== undefined && !existsSync(old.path)) return;
  throw new Failure(`the workspace ${name} already stands for ${old.path ?? old.url ?? 'another source'}`, {
    hint:
      `rename the new directory, or change the source with kubectl edit workspace ${name}: ` +
      'objects that are only in the old source are then deleted',
  });
}

function sourceOf(object: KubeObject): { path?: string | undefined; url?: string | undefined } {
  const source = memberOf(memberOf(object, 'spec'), 'source');
  const path = memberOf(memberOf(source, 'directory'), 'path');
  const url = memberOf(memberOf(source, 'git'), 'url');
  return {
    path: typeof path === 'string' ? path : undefined,
    url: typeof url === 'string' ? url : undefined,
  };
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

/**
 * Waits until all workspaces are applied, or something in them fails, for a bounded time.
 *
 * @param titles what people call a workspace, by its name; others go by their names
 * @param options `waitMs`: the bound in milliseconds; `signal` ends the waiting early; `seen` is told of every change
 * @returns the last state of each, by name; empty when there is none
 */
export async function awaitWorkspaces(
  kernel: Kernel,
  titles: ReadonlyMap<string, string>,
  options: { waitMs: number; signal: AbortSignal; seen: (state: WorkspaceState) => void },
): Promise<WorkspaceState[]> {
  const client = kernel.client(fieldManager);
  const states = new Map<string, WorkspaceState>();
  const update = (object: KubeObject): WorkspaceState => {
    const { name } = object.metadata;
    const state = stateOf(object, titles.get(name) ?? name);
    states.set(name, state);
    return state;
  };
  for (const object of client.list(workspaces)) update(object);
  const isSettled = (): boolean => [...states.values()].every(({ state }) => state !== 'applying');
  let unfollow = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    if (isSettled() || options.signal.aborted) return resolve();
    timer = setTimeout(resolve, options.waitMs);
    options.signal.addEventListener('abort', () => resolve(), { once: true });
    unfollow = client.follow(workspaces, ({ object, type }) => {
      if (type === 'deleted') states.delete(object.metadata.name);
      else options.seen(update(object));
      if (isSettled()) resolve();
    });
  });
  clearTimeout(timer);
  unfollow();
  return [...states.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function stateOf(object: KubeObject, title: string): WorkspaceState {
  const status = memberOf(object, 'status');
  const counts = memberOf(status, 'counts');
  const objects = numberOf(memberOf(counts, 'objects'));
  const ready = numberOf(memberOf(counts, 'ready'));
  const conditions = conditionsOf(object);
  const condition = conditions.find(({ type }) => type === 'Ready');
  const isCurrent = memberOf(status, 'observedGeneration') === object.metadata.generation;
  const isSettled = (type: string): boolean =>
    conditions.some((candidate) => candidate.type === type && candidate.status === 'True');
  const failed =
    numberOf(memberOf(counts, 'failed')) > 0 || isSettled('Stalled') || problemsOf(status).length > 0;
  const state =
    !isCurrent || !condition
      ? 'applying'
      : condition.status === 'True'
        ? 'ready'
        : failed
          ? 'failing'
          : 'applying';
  const [problem] = problemsOf(status);
  return {
    name: object.metadata.name,
    title,
    bundled: isBundled(object),
    state,
    objects,
    ready,
    message: problem ?? condition?.message ?? 'reading the manifests',
  };
}

function problemsOf(status: unknown): string[] {
  const problems = memberOf(status, 'problems');
  if (!Array.isArray(problems)) return [];
  return problems
    .filter(isObject)
    .map(
      ({ file, line, column, message }) =>
        `${String(file)}:${String(line)}:${String(column)}: ${String(message)}`,
    );
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
