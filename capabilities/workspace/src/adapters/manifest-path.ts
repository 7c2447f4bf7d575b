import { SourceError } from '../errors.ts';

const extensions = ['.yaml', '.yml', '.json'];
const kustomizations = new Set(['kustomization.yaml', 'kustomization.yml', 'kustomization']);

/** Whether a file of a source holds manifests: by its extension, and nothing on its path begins with a dot. */
export function isManifestPath(path: string): boolean {
  if (path.split('/').some((segment) => segment.startsWith('.'))) return false;
  return extensions.some((extension) => path.endsWith(extension));
}

/** @throws SourceError when the file is what kustomize builds from: its directory means something else then */
export function refuseKustomization(path: string): void {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (!kustomizations.has(name)) return;
  throw new SourceError(
    'KustomizeUnsupported',
    `the source holds ${path}, which only kustomize can build`,
    'put what `kubectl kustomize` makes of it into the source instead',
  );
}
