import { type ReactNode, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { ApiError, messageOf } from '../api/client.ts';
import { type Kind, pathOf, slugOf } from '../api/discovery.ts';
import { follow } from '../api/live.ts';
import { Empty, Failure, Loading } from '../design/notes.tsx';
import { panelOf } from '../panels.ts';
import { useCluster } from '../shell/cluster.tsx';
import { objectPlace, setQuery, usePlace } from '../shell/router.tsx';
import { useTitle } from '../shell/title.ts';
import { applyEvents, columnsOf, filtered, rowsOf, sorted, type TableColumn, type TableRow } from './rows.ts';
import { VirtualTable } from './virtual-table.tsx';

const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';

interface Listed {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
  readonly isWhole: boolean;
  readonly failure: { readonly message: string; readonly code: number } | undefined;
}

const nothing: Listed = { columns: [], rows: [], isWhole: false, failure: undefined };

/** The objects of a kind, as the server shows them, kept as they are now. */
export function ListPage({ kind }: { readonly kind: Kind }): ReactNode {
  const { namespace } = useCluster();
  const { query } = usePlace();
  const filter = query.get('filter') ?? '';
  const panel = panelOf(kind);
  const place = kind.namespaced ? namespace : '';
  const listed = useListed(pathOf(kind, place));
  const wanted = useDeferredValue(filter);
  const rows = useMemo(() => filtered(listed.rows, wanted), [listed.rows, wanted]);
  const slug = slugOf(kind);
  useTitle(panel?.title ?? kind.kind);
  const isFirst = listed.columns.length === 0 && !listed.failure;
  return (
    <section className="page list-page">
      <header className="page-head">
        <div>
          <h1>{panel?.title ?? kind.kind}</h1>
          <p className="dim mono">{slug}</p>
        </div>
        {panel?.ListActions ? <panel.ListActions /> : null}
      </header>
      <div className="toolbar">
        <label className="grow">
          <span className="sr-only">Filter</span>
          <input
            id="filter"
            type="search"
            placeholder="Filter by name, cell or label   /"
            value={filter}
            onChange={(event) => setQuery({ filter: event.target.value })}
          />
        </label>
        <span className="dim" aria-live="polite">
          {isFirst ? '' : countText(rows.length, listed)}
        </span>
      </div>
      {listed.failure ? <ListFailure {...listed.failure} kind={kind} namespace={place} /> : null}
      {isFirst ? <Loading what={kind.resource} /> : null}
      {listed.columns.length > 0 && rows.length === 0 && listed.isWhole ? (
        listed.rows.length > 0 ? (
          <Empty title={`None of ${listed.rows.length} has “${filter}” in it.`}>
            <button type="button" onClick={() => setQuery({ filter: undefined })}>
              Clear the filter
            </button>
          </Empty>
        ) : (
          <Empty
            title={
              panel?.empty?.title ?? `There is no ${kind.kind}${place === '' ? '' : ` in ${place}`} yet.`
            }
            command={panel?.empty?.command ?? `kubectl explain ${kind.resource}.spec`}
          />
        )
      ) : null}
      {rows.length > 0 ? (
        <VirtualTable
          columns={listed.columns}
          rows={rows}
          showsNamespace={kind.namespaced && place === ''}
          placeOf={(row) => objectPlace(slug, row.namespace, row.name)}
          label={`${kind.kind}, ${rows.length} rows`}
        />
      ) : null}
    </section>
  );
}

function countText(count: number, { rows, isWhole }: Listed): string {
  const all = `${rows.length}${isWhole ? '' : '…'}`;
  return count === rows.length ? all : `${count} of ${all}`;
}

function useListed(path: string): Listed {
  const [listed, setListed] = useState(nothing);
  useEffect(() => {
    const stop = new AbortController();
    setListed(nothing);
    const target = {
      reset: (pages: readonly unknown[], isWhole: boolean) =>
        setListed((old) => {
          // A list that is read anew replaces the old one when it is whole, so that nothing vanishes meanwhile.
          if (!isWhole && old.isWhole) return old;
          return {
            columns: columnsOf(pages[0]),
            rows: sorted(pages.flatMap(rowsOf)),
            isWhole,
            failure: undefined,
          };
        }),
      apply: (events: readonly { type: string; object: unknown }[]) =>
        setListed((old) => ({ ...old, rows: applyEvents(old.rows, events), failure: undefined })),
      fail: (error: unknown) =>
        setListed((old) => ({
          ...old,
          failure: { message: messageOf(error), code: error instanceof ApiError ? error.code : 0 },
        })),
    };
    void follow(path, accept, target, stop.signal);
    return () => stop.abort();
  }, [path]);
  return listed;
}

function ListFailure({
  message,
  code,
  kind,
  namespace,
}: {
  readonly message: string;
  readonly code: number;
  readonly kind: Kind;
  readonly namespace: string;
}): ReactNode {
  const isNarrower = code === 403 && kind.namespaced && namespace === '';
  return (
    <Failure message={message}>
      {isNarrower ? <p>You may have the right in one namespace: choose it at the top.</p> : null}
    </Failure>
  );
}
