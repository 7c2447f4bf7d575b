import type { VerifiedBackup } from '@plinth/kernel';
import type { Terminal } from '../cli/terminal.ts';

/** Shows what an archive holds and what of it was checked. */
export function showContent(terminal: Terminal, { manifest, checkpoints }: VerifiedBackup): void {
  const { objects, sealed, revision, createdAt, program, withKeys, keyFiles, logs } = manifest;
  terminal.fact('good', 'taken', `${createdAt}, by Plinth ${program}`);
  terminal.fact(
    'good',
    'objects',
    `${objects} at revision ${revision}, ${sealed} of them sealed; the digest is right`,
  );
  for (const { name, entries, openings } of logs) {
    const checkpoint = checkpoints.get(name);
    const signed = checkpoint ? `the checkpoint over ${checkpoint.size} holds` : 'nothing was signed';
    terminal.fact('good', 'log', `${name}: ${entries} entries, ${openings} with openings; ${signed}`);
  }
  terminal.fact(
    'good',
    'keys',
    withKeys
      ? `${keyFiles.length} files of keys and certificates are in it`
      : 'none are in it: keep them elsewhere',
  );
}

/** What is said of an archive to programs. */
export function contentData({ manifest, bytes, checkpoints }: VerifiedBackup): Record<string, unknown> {
  const { files, ...rest } = manifest;
  return {
    ...rest,
    files: files.length,
    archiveBytes: bytes,
    checkpoints: [...checkpoints].map(([log, { size, root }]) => ({
      log,
      size,
      root: Buffer.from(root).toString('base64'),
    })),
  };
}

/** Bytes for people. */
export function size(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KiB`;
  const mebibytes = bytes / 1024 / 1024;
  return mebibytes < 1024 ? `${mebibytes.toFixed(1)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}
