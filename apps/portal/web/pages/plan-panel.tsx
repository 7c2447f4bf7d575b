import { type ReactNode, useState } from 'react';
import { json, messageOf } from '../api/client.ts';
import { pathOf } from '../api/discovery.ts';
import { at, isRecord, listAt, numberAt, shown, textAt, textsAt } from '../api/json.ts';
import { Copyable, Failure } from '../design/notes.tsx';
import { State } from '../design/state.tsx';
import type { ObjectProps, Panel } from '../panels.ts';
import { useMay } from '../shell/cluster.tsx';
import { Decision } from './decision.tsx';
import { NewPlan } from './new-plan.tsx';

/** Pages of plans: what changes, what is lost, who has to approve. */
export const planPanel: Panel = {
  group: 'plinth.dev',
  resource: 'plans',
  title: 'Changes',
  letter: 'c',
  inRail: true,
  empty: {
    title: 'No change is planned. A plan shows a whole change before it is made.',
    command: 'npx plinth plan -f FILE',
  },
  ListActions: NewPlan,
  Actions: ApplyPlan,
  Overview: PlanOverview,
};

const signs: Readonly<Record<string, string>> = { Create: '+', Update: '~', Delete: '−', Error: '!' };

function ApplyPlan({ kind, object }: ObjectProps): ReactNode {
  const [failure, setFailure] = useState('');
  const [isBusy, setBusy] = useState(false);
  const may = useMay({ group: kind.group, resource: 'plans/apply' }, 'create');
  if (textAt(object, 'status', 'phase') !== 'Approved' || !may) return null;
  const apply = async (): Promise<void> => {
    setBusy(true);
    try {
      await json(`${pathOf(kind, '', textAt(object, 'metadata', 'name'))}/apply`, {
        method: 'POST',
        body: { apiVersion: 'plinth.dev/v1alpha1', kind: 'PlanApplication' },
      });
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" className="primary" disabled={isBusy} onClick={() => void apply()}>
        {isBusy ? 'Applying …' : 'Apply'}
      </button>
      {failure === '' ? null : <Failure message={failure} />}
    </>
  );
}

function PlanOverview({ object }: ObjectProps): ReactNode {
  const changes = listAt(object, 'status', 'changes').filter(
    (change) => textAt(change, 'operation') !== 'None',
  );
  const rank = (change: unknown): number =>
    textAt(change, 'operation') === 'Error' ? 0 : at(change, 'destructive') === true ? 1 : 2;
  const ordered = changes.toSorted((a, b) => rank(a) - rank(b));
  const unchanged = numberAt(object, 'status', 'counts', 'unchanged');
  return (
    <div className="overview">
      <Standing object={object} />
      <section>
        <h2>{headlineOf(object)}</h2>
        {ordered.map((change) => (
          <Change
            key={`${textAt(change, 'kind')}/${textAt(change, 'namespace')}/${textAt(change, 'name')}`}
            change={change}
          />
        ))}
        {unchanged > 0 ? <p className="dim">{unchanged} stay as they are.</p> : null}
      </section>
      {listAt(object, 'status', 'sections').map((section) => (
        <section key={textAt(section, 'name')}>
          <h2>{textAt(section, 'title')}</h2>
          <p>{textAt(section, 'error') || textAt(section, 'summary')}</p>
          <pre className="code">{textsAt(section, 'lines').join('\n')}</pre>
        </section>
      ))}
      <Dependants object={object} />
      <p className="dim">
        Digest <Copyable text={textAt(object, 'status', 'digest')} />
      </p>
    </div>
  );
}

/** The counts of a plan in words, what is lost first. */
function headlineOf(object: unknown): string {
  const count = (name: string): number => numberAt(object, 'status', 'counts', name);
  const all = count('create') + count('update') + count('delete');
  const parts = [
    `${all} ${all === 1 ? 'change' : 'changes'}`,
    ...(['errors', 'destructive', 'create', 'update', 'delete'] as const)
      .filter((name) => count(name) > 0)
      .map((name) => `${count(name)} ${name === 'errors' || name === 'destructive' ? name : `to ${name}`}`),
  ];
  return parts.join(' · ');
}

function Standing({ object }: { readonly object: unknown }): ReactNode {
  const demands = listAt(object, 'status', 'demands');
  const phase = textAt(object, 'status', 'phase');
  const author = textAt(object, 'spec', 'author', 'username');
  return (
    <section className="summary">
      <p>{textAt(object, 'status', 'message') || phase}</p>
      <p className="dim">Made by {author}</p>
      {demands.map((demand) => {
        const [have, count] = [numberAt(demand, 'have'), numberAt(demand, 'count')];
        const groups = textsAt(demand, 'groups').join(' or ');
        return (
          <p key={textAt(demand, 'policy') + textAt(demand, 'reason') + groups}>
            <State word={`${have} of ${count}`} tone={have >= count ? 'good' : 'warn'} /> approvals of{' '}
            {groups === '' ? 'anybody but the author' : groups}, because {textAt(demand, 'policy')} matches:{' '}
            {textAt(demand, 'reason')}
            {textsAt(demand, 'by').length > 0 ? (
              <span className="dim"> · by {textsAt(demand, 'by').join(', ')}</span>
            ) : null}
          </p>
        );
      })}
      {phase === 'Pending' ? (
        <Decision
          target={{
            kind: 'Plan',
            name: textAt(object, 'metadata', 'name'),
            uid: textAt(object, 'metadata', 'uid'),
          }}
          digest={textAt(object, 'status', 'digest')}
          author={author}
        />
      ) : null}
    </section>
  );
}

function Change({ change }: { readonly change: unknown }): ReactNode {
  const operation = textAt(change, 'operation');
  const name = [textAt(change, 'kind'), textAt(change, 'namespace'), textAt(change, 'name')]
    .filter(Boolean)
    .join('/');
  const omitted = numberAt(change, 'fieldsOmitted');
  return (
    <article className={`change ${operation.toLowerCase()}`}>
      <h3 className="mono">
        <span className="sign" title={operation}>
          {signs[operation] ?? ' '}
        </span>{' '}
        {name}
        {at(change, 'destructive') === true ? <State word="destructive" tone="bad" /> : null}
      </h3>
      {listAt(change, 'errors').map((error) => (
        <p key={textAt(error, 'field') + textAt(error, 'message')} className="note bad">
          <b className="mono">{textAt(error, 'field')}</b> {textAt(error, 'message')}
        </p>
      ))}
      {listAt(change, 'verdicts').map((verdict) => (
        <p key={textAt(verdict, 'policy') + textAt(verdict, 'message')}>
          <State word={textAt(verdict, 'action')} /> {textAt(verdict, 'policy')}: {textAt(verdict, 'message')}
        </p>
      ))}
      <FieldTable fields={listAt(change, 'fields')} />
      {omitted > 0 ? <p className="dim">{omitted} more fields</p> : null}
      {numberAt(change, 'cascade') > 0 ? (
        <p className="note warn">{numberAt(change, 'cascade')} objects are deleted along with it.</p>
      ) : null}
    </article>
  );
}

/** Fields with their values before and after. */
export function FieldTable({ fields }: { readonly fields: readonly unknown[] }): ReactNode {
  if (fields.length === 0) return null;
  return (
    <dl className="field-changes mono">
      {fields.map((field) => (
        <div key={textAt(field, 'path')}>
          <dt>
            {textAt(field, 'path')}
            {at(field, 'replaces') === true || at(field, 'forcesReplacement') === true ? (
              <State word="replaces" tone="bad" />
            ) : null}
          </dt>
          <dd>
            {at(field, 'sensitive') === true ? (
              <span className="dim">(secret)</span>
            ) : (
              <>
                {isRecord(field) && 'before' in field ? <del>{shown(field['before'])}</del> : null}
                {isRecord(field) && 'after' in field ? <ins>{shown(field['after'])}</ins> : null}
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Dependants({ object }: { readonly object: unknown }): ReactNode {
  const dependants = listAt(object, 'status', 'dependants');
  if (dependants.length === 0) return null;
  return (
    <section>
      <h2>Depends on what changes</h2>
      <ul>
        {dependants.map((one) => (
          <li
            key={textAt(one, 'kind') + textAt(one, 'namespace') + textAt(one, 'name') + textAt(one, 'on')}
            className="mono"
          >
            {textAt(one, 'kind')}/{textAt(one, 'name')}{' '}
            <span className="dim">
              {textAt(one, 'relation').toLowerCase()} {textAt(one, 'on')}
            </span>
            {at(one, 'deleted') === true ? <State word="deleted along" tone="bad" /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
