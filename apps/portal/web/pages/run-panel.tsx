import { type ReactNode, useEffect, useRef, useState } from 'react';
import { json, lines, messageOf } from '../api/client.ts';
import { pathOf } from '../api/discovery.ts';
import { at, isRecord, listAt, numberAt, textAt, textsAt } from '../api/json.ts';
import { spanText } from '../api/relative-time.ts';
import { Empty, Failure } from '../design/notes.tsx';
import { State } from '../design/state.tsx';
import { Summary } from '../explorer/overview.tsx';
import type { ObjectProps, Panel } from '../panels.ts';
import { useMay } from '../shell/cluster.tsx';
import { Decision } from './decision.tsx';
import { type LogLine, logLine } from './log-line.ts';

/** Pages of runs: their steps, what they wait for, and what their programs print. */
export const runPanel: Panel = {
  group: 'plinth.dev',
  resource: 'runs',
  title: 'Runs',
  letter: 'r',
  inRail: true,
  empty: {
    title: 'Nothing has run yet. Work that takes several steps is found here.',
    command: 'npx plinth run start DEFINITION',
  },
  Actions: CancelRun,
  Overview: RunOverview,
};

const ended = new Set(['Succeeded', 'Failed', 'Canceled']);
/** Lines of a log that are kept on the page. */
const linesMax = 5_000;

function CancelRun({ kind, object }: ObjectProps): ReactNode {
  const [failure, setFailure] = useState('');
  const may = useMay(kind, 'patch');
  if (!may || ended.has(textAt(object, 'status', 'phase'))) return null;
  if (at(object, 'spec', 'cancel') === true) return <span className="dim">It is being cancelled.</span>;
  const cancel = (): void => {
    const path = pathOf(kind, textAt(object, 'metadata', 'namespace'), textAt(object, 'metadata', 'name'));
    json(path, {
      method: 'PATCH',
      contentType: 'application/merge-patch+json',
      body: { spec: { cancel: true } },
    }).catch((error: unknown) => setFailure(messageOf(error)));
  };
  return (
    <>
      <button type="button" onClick={cancel}>
        Cancel the run
      </button>
      {failure === '' ? null : <Failure message={failure} />}
    </>
  );
}

function RunOverview({ kind, object }: ObjectProps): ReactNode {
  const name = textAt(object, 'metadata', 'name');
  const namespace = textAt(object, 'metadata', 'namespace');
  const uid = textAt(object, 'metadata', 'uid');
  const error = at(object, 'status', 'error');
  return (
    <div className="overview">
      {isRecord(error) ? (
        <Failure
          message={`${textAt(error, 'code')}${textAt(error, 'step') === '' ? '' : ` in ${textAt(error, 'step')}`}: ${textAt(error, 'message')}`}
        />
      ) : (
        <Summary object={object} />
      )}
      {listAt(object, 'status', 'waitingFor').map((wait) => (
        <section className="summary" key={textAt(wait, 'step')}>
          <p>
            <State word="Waiting" /> <b className="mono">{textAt(wait, 'step')}</b> {textAt(wait, 'message')}
          </p>
          {textAt(wait, 'for') === 'Approval' ? (
            <>
              <p className="dim">
                {numberAt(wait, 'have')} of {numberAt(wait, 'count')} approvals of{' '}
                {textsAt(wait, 'groups').join(' or ') || 'anybody but who requested it'}
              </p>
              <Decision
                target={{ kind: 'Run', name, namespace, uid, step: textAt(wait, 'step') }}
                digest={textAt(wait, 'digest')}
                author={textAt(object, 'spec', 'requestedBy', 'username')}
              />
            </>
          ) : null}
        </section>
      ))}
      <Steps object={object} />
      {kind.subresources.includes('log') ? (
        <RunLog path={`${pathOf(kind, namespace, name)}/log?follow=true`} key={uid} />
      ) : null}
    </div>
  );
}

function Steps({ object }: { readonly object: unknown }): ReactNode {
  const steps = listAt(object, 'status', 'steps');
  const instants = steps.flatMap((step) => [
    Date.parse(textAt(step, 'startedAt')),
    Date.parse(textAt(step, 'finishedAt')),
  ]);
  const known = instants.filter((instant) => !Number.isNaN(instant));
  const [from, to] = [Math.min(...known), Math.max(...known)];
  const span = Math.max(to - from, 1);
  if (steps.length === 0) return <Empty title="No step has begun." />;
  return (
    <section>
      <h2>
        {textAt(object, 'spec', 'definition')} · {steps.length} {steps.length === 1 ? 'step' : 'steps'}
      </h2>
      <ol className="steps">
        {steps.map((step) => {
          const start = Date.parse(textAt(step, 'startedAt'));
          const end = Date.parse(textAt(step, 'finishedAt')) || to;
          const message = textAt(step, 'message');
          return (
            <li key={textAt(step, 'name')}>
              <State word={textAt(step, 'state')} />
              <span className="mono">
                {textAt(step, 'name')} <span className="dim">{textAt(step, 'type')}</span>
                {numberAt(step, 'attempt') > 1 ? (
                  <span className="dim"> · attempt {numberAt(step, 'attempt')}</span>
                ) : null}
              </span>
              <svg className="span" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                {Number.isNaN(start) ? null : (
                  <rect
                    x={((start - from) / span) * 98}
                    y="1"
                    height="6"
                    width={Math.max(((end - start) / span) * 98, 1)}
                  />
                )}
              </svg>
              <span className="number dim">{Number.isNaN(start) ? '' : durationText(end - start)}</span>
              {message === '' ? null : <span className="message">{message}</span>}
            </li>
          );
        })}
      </ol>
      {numberAt(object, 'status', 'stepsBefore') > 0 ? (
        <p className="dim">{numberAt(object, 'status', 'stepsBefore')} earlier steps are not listed.</p>
      ) : null}
    </section>
  );
}

function durationText(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.max(0, milliseconds)} ms` : spanText(milliseconds);
}

/** What programs print, while they print it. */
function RunLog({ path }: { readonly path: string }): ReactNode {
  const [log, setLog] = useState<readonly LogLine[]>([]);
  const [isOver, setOver] = useState(false);
  const [failure, setFailure] = useState('');
  const view = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const stop = new AbortController();
    let waiting: LogLine[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = (): void => {
      timer = undefined;
      const more = waiting;
      waiting = [];
      setLog((old) => [...old, ...more].slice(-linesMax));
    };
    const read = async (): Promise<void> => {
      for await (const record of lines(path, { signal: stop.signal, accept: '*/*' })) {
        const line = logLine(record);
        if (line) waiting.push(line);
        timer ??= setTimeout(flush, 100);
      }
      setOver(true);
    };
    read().catch((error: unknown) => (stop.signal.aborted ? undefined : setFailure(messageOf(error))));
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [path]);
  useEffect(() => {
    const element = view.current;
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [log]);
  const scrolled = (): void => {
    const element = view.current;
    if (element) isAtEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - 24;
  };
  return (
    <section>
      <h2>
        Log <span className="dim">{isOver ? '' : 'live'}</span>
      </h2>
      {failure === '' ? null : <Failure message={failure} />}
      {log.length === 0 ? (
        <p className="dim">{isOver ? 'No program of it has printed anything.' : 'Nothing is printed yet.'}</p>
      ) : (
        <pre className="code log" ref={view} onScroll={scrolled} tabIndex={0} aria-label="Log">
          {log.map((line, i) => (
            <span key={String(i)} className={line.kind}>
              {line.text}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
    </section>
  );
}
