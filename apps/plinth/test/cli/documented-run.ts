import { readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCapability, defineRun, RunError, Type } from '@plinth/kernel';

const publish = (sites: string) =>
  defineRun({
    name: 'site.publish',
    version: 1,
    description: 'Packs a folder, has it approved, and makes it the current site.',
    input: Type.Object({ folder: Type.String() }),
    async run(run, { folder }) {
      const current = join(sites, 'current');
      const release = join(sites, `${run.uid}.tar`);
      await run.exec('pack', {
        file: 'tar',
        args: ['-cvf', release, '-C', folder, '.'],
        inherit: ['PATH'],
        compensate: () => rm(release, { force: true }),
      });
      const { stdout } = await run.exec('sum', { file: 'sha256sum', args: [release], inherit: ['PATH'] });
      const sha256 = stdout.slice(0, 64);
      await run.approval('go', {
        message: `publish ${folder}`,
        data: sha256,
        groups: ['leads'],
        expiresInMs: 8 * 3_600_000,
      });
      const before = await run.step('look', () => readlink(current).catch(() => ''));
      const point = async (to: string, key: string): Promise<void> => {
        const link = join(sites, key);
        await rm(link, { force: true });
        await symlink(to, link);
        await rename(link, current);
      };
      await run.step('switch', ({ idempotencyKey }) => point(release, idempotencyKey), {
        compensate: (_, { idempotencyKey }) =>
          before === '' ? rm(current, { force: true }) : point(before, idempotencyKey),
      });
      await run.sleep('settle', 2_000);
      await run.step('check', async () => {
        if ((await readlink(current)) !== release) throw new RunError('Replaced', 'another site is current');
      });
      return { release, sha256 };
    },
  });

export const siteCapability = (sites: string) =>
  defineCapability({
    name: 'site',
    kinds: [],
    open: () => ({ runs: [publish(sites)] }),
  });
