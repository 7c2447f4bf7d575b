import { join } from 'node:path';
import { defineCapability } from '@plinth/kernel';
import { GitRepositories } from './adapters/git.ts';
import { nodeDirectories } from './adapters/node-directories.ts';
import { nodeProcesses } from './adapters/node-processes.ts';
import { workspaceController } from './controller.ts';
import { workspaceKind } from './kinds.ts';

/** Workspaces: directories and git repositories of manifests that are kept applied. */
export const workspaceCapability = defineCapability({
  name: 'workspace',
  kinds: [workspaceKind],
  controllers: (context) => [
    workspaceController({
      clientAs: (fieldManager) => context.clientAs(fieldManager),
      directories: nodeDirectories,
      repositories: new GitRepositories(
        join(context.dataDirectory, 'git'),
        nodeProcesses(context.clock),
        process.env,
      ),
    }),
  ],
});
