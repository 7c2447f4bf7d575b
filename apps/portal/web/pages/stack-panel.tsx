import { type ReactNode, useEffect, useState } from 'react';
import { ApiError, json, messageOf } from '../api/client.ts';
import { at, listAt, numberAt, textAt, textsAt } from '../api/json.ts';
import { Empty, Failure, Loading } from '../design/notes.tsx';
import { Age, State } from '../design/state.tsx';
import { Overview } from '../explorer/overview.tsx';
import type { ObjectProps, Panel } from '../panels.ts';
import { Link, objectPlace } from '../shell/router.tsx';
import { FieldTable } from './plan-panel.tsx';

/** Pages of stacks: what Terraform would do, what policies say of it, what drifted, what the state was. */
export const stackPanel: Panel = {
  group: 'plinth.dev',
  resource: 'stacks',
  title: 'Infrastructure',
  letter: 'i',
  inRail: true,
  empty: {
    title: 'No stack is kept applied. A stack is a Terraform configuration with its state.',
    command: 'kubectl explain stack.spec',
  },
  Overview: StackOverview,
  tabs: [
    { title: 'Plan', Content: StackPlan },
    { title: 'State', Content: StateVersions },
  ],
};

function StackOverview({ kind, object }: ObjectProps): ReactNode {
  const namespace = textAt(object, 'metadata', 'namespace');
  const run = textAt(object, 'status', 'run');
  const headline = textAt(object, 'status', 'plan', 'headline');
  const drifted = textsAt(object, 'status', 'drift', 'addresses');
  return (
    <>
      {headline === '' ? null : (
        <section className="summary">
          <p>
            Newest plan: <b>{headline}</b>
            {run === '' ? null : (
              <>
                {' '}
                · <Link to={objectPlace('runs.plinth.dev', namespace, run)}>its run</Link>
              </>
            )}
          </p>
          {textsAt(object, 'status', 'plan', 'destructive').map((address) => (
            <p key={address} className="mono">
              <State word="destructive" tone="bad" /> {address}
            </p>
          ))}
        </section>
      )}
      {drifted.length > 0 ? (
        <section className="summary">
          <p>
            <State word="Drifted" /> {numberAt(object, 'status', 'drift', 'drifted')} resources were changed
            outside of Terraform, seen <Age since={textAt(object, 'status', 'drift', 'checkedAt')} /> ago
          </p>
          <p className="mono">{drifted.join(', ')}</p>
        </section>
      ) : null}
      <RunHistory object={object} />
      <Overview kind={kind} object={object} />
    </>
  );
}

function RunHistory({ object }: { readonly object: unknown }): ReactNode {
  const history = listAt(object, 'status', 'history');
  if (history.length === 0) return null;
  return (
    <section>
      <h2>Runs</h2>
      <ul className="timeline">
        {history.map((one) => (
          <li key={textAt(one, 'uid')}>
            <span className="dim">
              <Age since={textAt(one, 'at')} />
            </span>
            <span>
              <Link
                to={objectPlace(
                  'runs.plinth.dev',
                  textAt(object, 'metadata', 'namespace'),
                  textAt(one, 'run'),
                )}
                className="mono"
              >
                {textAt(one, 'run')}
              </Link>{' '}
              {textAt(one, 'mode')}: {textAt(one, 'outcome')}{' '}
              <span className="dim">{textAt(one, 'headline')}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What a path answers; read anew when it or `version` changes. */
function useAnswer(path: string, version: string): { answer: unknown; failure: string } {
  const [state, setState] = useState<{ answer: unknown; failure: string }>({
    answer: undefined,
    failure: '',
  });
  useEffect(() => {
    const stop = new AbortController();
    json(path, { signal: stop.signal }).then(
      (answer) => setState({ answer, failure: '' }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const failure =
          error instanceof ApiError && error.code === 404
            ? error.message || 'Nothing yet.'
            : messageOf(error);
        setState({ answer: undefined, failure });
      },
    );
    return () => stop.abort();
  }, [path, version]);
  return state;
}

function placeOf(object: unknown): string {
  return [textAt(object, 'metadata', 'namespace'), textAt(object, 'metadata', 'name')]
    .map(encodeURIComponent)
    .join('/');
}

function StackPlan({ object }: ObjectProps): ReactNode {
  const digest = textAt(object, 'status', 'plan', 'digest');
  const { answer, failure } = useAnswer(`/terraform/stacks/${placeOf(object)}/plan?form=changes`, digest);
  if (digest === '') return <Empty title="No plan has been made yet." />;
  if (failure !== '') return <Failure message={failure} />;
  if (answer === undefined) return <Loading what="the plan" />;
  const cost = textAt(answer, 'cost', 'monthlyChange');
  return (
    <div className="overview">
      <section className="summary">
        <p>
          <b>{textAt(answer, 'changes', 'headline')}</b>
          {cost === '' ? null : ` · ${cost} ${textAt(answer, 'cost', 'currency')} by the month`}
        </p>
        {textsAt(answer, 'changes', 'notices').map((notice) => (
          <p key={notice}>{notice}</p>
        ))}
      </section>
      <Findings findings={listAt(answer, 'policy', 'findings')} />
      {listAt(answer, 'changes', 'resources').map((change) => (
        <ResourceChange key={textAt(change, 'address') + textAt(change, 'deposed')} change={change} />
      ))}
      {listAt(answer, 'changes', 'drift').length > 0 ? <h2>Changed outside of Terraform</h2> : null}
      {listAt(answer, 'changes', 'drift').map((change) => (
        <ResourceChange key={textAt(change, 'address')} change={change} />
      ))}
      {listAt(answer, 'changes', 'outputs').map((output) => (
        <article className="change" key={textAt(output, 'name')}>
          <h3 className="mono">output {textAt(output, 'name')}</h3>
          <FieldTable fields={listAt(output, 'attributes')} />
        </article>
      ))}
    </div>
  );
}

function ResourceChange({ change }: { readonly change: unknown }): ReactNode {
  return (
    <article className="change">
      <h3 className="mono">
        {textAt(change, 'action')} {textAt(change, 'address')}
        {at(change, 'isDestructive') === true ? <State word="destructive" tone="bad" /> : null}
      </h3>
      {textAt(change, 'reason') === '' ? null : <p className="dim">because {textAt(change, 'reason')}</p>}
      <FieldTable fields={listAt(change, 'attributes')} />
    </article>
  );
}

function Findings({ findings }: { readonly findings: readonly unknown[] }): ReactNode {
  if (findings.length === 0) return null;
  return (
    <section>
      <h2>Findings of policies</h2>
      <ul className="timeline">
        {findings.map((finding) => (
          <li key={textAt(finding, 'policy') + textAt(finding, 'check') + textAt(finding, 'address')}>
            <State
              word={textAt(finding, 'effect')}
              tone={textAt(finding, 'effect') === 'deny' ? 'bad' : 'warn'}
            />
            <span>
              <b>{textAt(finding, 'title')}</b> <span className="mono">{textAt(finding, 'address')}</span>
              <br />
              {textAt(finding, 'message')} <span className="dim">{textAt(finding, 'remedy')}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function StateVersions({ object }: ObjectProps): ReactNode {
  const state = textAt(object, 'spec', 'state') || textAt(object, 'metadata', 'name');
  const namespace = textAt(object, 'metadata', 'namespace');
  const path = `/terraform/state/${encodeURIComponent(namespace)}/${encodeURIComponent(state)}/versions`;
  const { answer, failure } = useAnswer(path, textAt(object, 'status', 'applied', 'serial'));
  if (failure !== '') return <Failure message={failure} />;
  if (answer === undefined) return <Loading what="versions of the state" />;
  const versions = listAt(answer, 'versions');
  if (versions.length === 0) return <Empty title="Nothing was applied yet, so there is no state." />;
  return (
    <ul className="timeline">
      {versions.map((version) => (
        <li key={textAt(version, 'serial')}>
          <span className="dim">
            <Age since={textAt(version, 'at')} />
          </span>
          <span>
            serial <b className="mono">{textAt(version, 'serial')}</b>{' '}
            <span className="dim">
              {textAt(version, 'resources')} resources · {textAt(version, 'by')}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
