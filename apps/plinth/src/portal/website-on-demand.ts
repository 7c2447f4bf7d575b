import type { Website } from '@plinth/kernel';

/** The portal, the code of which is loaded when the first browser comes. */
export function websiteOnDemand(): Website {
  let loading: Promise<Website> | undefined;
  const load = async (): Promise<Website> => {
    const { portalWebsite } = await import('./portal-website.ts');
    return portalWebsite();
  };
  return {
    async answer(...request) {
      loading ??= load();
      await (await loading).answer(...request);
    },
  };
}
