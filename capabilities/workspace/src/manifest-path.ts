import { SourceError, type SourceRules } from '@plinth/kernel';
import { limits } from './limits.ts';
import type { WorkspaceErrorCode } from './workspace-error.ts';

const extensions = ['.yaml', '.yml', '.json'];
const kustomizations = new Set(['kustomization.yaml', 'kustomization.yml', 'kustomization']);

/** Manifests by their extension; nothing on their paths begins with a dot. */
export const manifestRules: SourceRules = {
  noun: 'manifests',
  accepts(path) {
    if (isHidden(path)) return false;
    refuseKustomization(path);
    return extensions.some((extension) => path.endsWith(extension));
  },
  enters: (path) => !isHidden(path),
  links: 'skipped',
  filesMax: limits.files,
  depthMax: limits.depth,
  fileBytesMax: limits.fileBytes,
  totalBytesMax: limits.totalBytes,
  tooLargeHint: 'split it into several workspaces',
};

function isHidden(path: string): boolean {
  return path.slice(path.lastIndexOf('/') + 1).startsWith('.');
}

/** @throws SourceError when the file is what kustomize builds from: its directory means something else then */
function refuseKustomization(path: string): void {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (!kustomizations.has(name)) return;
  throw new SourceError(
    'KustomizeUnsupported' satisfies WorkspaceErrorCode,
    `the source holds ${path}, which only kustomize can build`,
    'put what `kubectl kustomize` makes of it into the source instead',
    { stalls: true },
  );
}
