import { join } from 'node:path';
import { defineCapability, GitRepositories, nodeDirectories } from '@plinth/kernel';
import { workspaceController } from './controller.ts';
import { workspaceKind } from './kinds.ts';
import { manifestRules } from './manifest-path.ts';

/** Workspaces: directories and git repositories of manifests that are kept applied. */
export const workspaceCapability = defineCapability({
  name: 'workspace',
  kinds: [workspaceKind],
  open: (context) => ({
    controllers: [
      workspaceController({
        clientAs: (fieldManager) => context.clientAs(fieldManager),
        drift: context.drift,
        directories: nodeDirectories(manifestRules),
        repositories: new GitRepositories(
          join(context.dataDirectory, 'git'),
          context.programs,
          process.env,
          manifestRules,
        ),
      }),
    ],
  }),
});
