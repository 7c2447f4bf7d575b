import type { Directories, Repositories, SourceSnapshot } from '@plinth/kernel';
import {
  type Client,
  type Controller,
  type DriftReporter,
  defineController,
  SourceError,
  specChanged,
} from '@plinth/kernel';
import { parseDuration } from './duration.ts';
import { type Workspace, workspaces } from './kinds.ts';
import { WorkspaceReconciler } from './reconcile.ts';
import { Triggers } from './triggers.ts';

/** What the controller stands on. */
export interface WorkspaceControllerOptions {
  readonly directories: Directories;
  readonly repositories: Repositories;
  readonly clientAs: (fieldManager: string) => Client;
  readonly drift: DriftReporter;
}

/** Workspaces that are worked on at the same time: one that waits for git does not keep the others. */
const concurrency = 4;

/** Keeps workspaces applied. */
export function workspaceController(options: WorkspaceControllerOptions): Controller {
  const triggers = new Triggers(options.directories);
  const reconciler = new WorkspaceReconciler({
    triggers,
    clientAs: options.clientAs,
    drift: options.drift,
    readSource: (workspace, signal) => readSource(workspace, signal, options),
  });
  return defineController({
    name: 'workspace',
    resource: workspaces,
    concurrency,
    sources: [triggers.source],
    // Its own status writes are no news to it.
    trigger: specChanged,
    reconcile: (name, context) => reconciler.reconcile(name, context),
  });
}

async function readSource(
  workspace: Workspace,
  signal: AbortSignal,
  { directories, repositories }: WorkspaceControllerOptions,
): Promise<SourceSnapshot> {
  const { source, timeout } = workspace.spec;
  if (source.git) {
    return await repositories.read({ ...source.git, timeoutMs: parseDuration(timeout) ?? 60_000, signal });
  }
  if (source.directory) return await directories.read(source.directory.path);
  throw new SourceError(
    'SourceInvalid',
    'spec.source names neither a directory nor a repository',
    'set one of them',
  );
}
