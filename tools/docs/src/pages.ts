import { apiPages } from './api-pages.ts';
import { cliPage } from './cli-page.ts';
import { withControlPlane } from './control-plane.ts';
import { limitsPage } from './limits-page.ts';
import { metricsPage } from './metrics-page.ts';
import type { Pages } from './place.ts';
import { pictures } from './terminal-picture.ts';

/**
 * Generates all pages from the program itself: the API, its kinds and metrics from a running control plane, the commands
 * from the help of the program, the limits from its sources.
 *
 * @param root folder of the repository
 * @returns texts by path, the same for the same program
 */
export async function generatePages(root: string): Promise<Pages> {
  const pages = new Map(pictures(root));
  await withControlPlane(async (plane) => {
    for (const [path, text] of await apiPages(plane)) pages.set(path, text);
    pages.set('docs/reference/metrics.md', metricsPage(await plane.text('/metrics')));
  });
  pages.set('docs/reference/cli.md', await cliPage(root));
  pages.set('docs/reference/limits.md', await limitsPage(root));
  return pages;
}
