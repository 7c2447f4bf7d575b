import { type AnchorHTMLAttributes, type ReactNode, useSyncExternalStore } from 'react';
import { basePath } from '../api/base.ts';

const listeners = new Set<() => void>();
const changed = (): void => {
  for (const listener of listeners) listener();
};
globalThis.addEventListener('popstate', changed);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where one is: the path below `/ui` and the query. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The place that the address shows; the component is drawn anew when it changes. */
export function usePlace(): Place {
  const href = useSyncExternalStore(subscribe, () => globalThis.location.href);
  const { pathname, searchParams } = new URL(href);
  return { path: pathname.slice(basePath.length).replace(/^\/ui/, '') || '/', query: searchParams };
}

/** The address of a place. @param path below `/ui`, with its query */
function hrefOf(path: string): string {
  return `${basePath}/ui${path}`;
}

/** Goes to a place. @param replace whether Back skips where one is now */
export function navigate(path: string, { replace = false }: { replace?: boolean } = {}): void {
  const href = hrefOf(path);
  if (replace) globalThis.history.replaceState(null, '', href);
  else {
    globalThis.history.pushState(null, '', href);
    globalThis.scrollTo(0, 0);
  }
  changed();
}

/** Sets or removes parameters of the query, in place. */
export function setQuery(
  changes: Readonly<Record<string, string | undefined>>,
  { replace = true } = {},
): void {
  const { pathname, searchParams } = new URL(globalThis.location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') searchParams.delete(name);
    else searchParams.set(name, value);
  }
  const path = pathname.slice(basePath.length).replace(/^\/ui/, '') || '/';
  const query = searchParams.toString();
  navigate(`${path}${query === '' ? '' : `?${query}`}`, { replace });
}

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly to: string;
  readonly children: ReactNode;
}

/** A link to a place of the portal. */
export function Link({ to, children, ...rest }: LinkProps): ReactNode {
  return (
    <a
      {...rest}
      href={hrefOf(to)}
      onClick={(event) => {
        rest.onClick?.(event);
        const isPlain =
          event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
        if (!isPlain || event.defaultPrevented) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}

/** The place of an object's page. */
export function objectPlace(slug: string, namespace: string, name: string): string {
  return `/r/${slug}/${namespace === '' ? '-' : encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}
