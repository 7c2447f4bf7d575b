import { join } from 'node:path';
import { defineCapability, nodeProcesses } from '@plinth/kernel';
import { capturedProcesses } from './adapters/captured-processes.ts';
import { GitRepositories } from './adapters/git.ts';
import { nodeDirectories } from './adapters/node-directories.ts';
import { workspaceController } from './controller.ts';
import { workspaceKind } from './kinds.ts';

/** Workspaces: directories and git repositories of manifests that are kept applied. */
export const workspaceCapability = defineCapability({
  name: 'workspace',
  kinds: [workspaceKind],
  open: (context) => ({
    controllers: [
      workspaceController({
        clientAs: (fieldManager) => context.clientAs(fieldManager),
        drift: context.drift,
        directories: nodeDirectories,
        repositories: new GitRepositories(
          join(context.dataDirectory, 'git'),
          capturedProcesses(nodeProcesses(context.clock, context.random)),
          process.env,
        ),
      }),
    ],
  }),
});
