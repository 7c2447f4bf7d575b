import { type ReactNode, useEffect, useState } from 'react';
import type * as YamlModule from 'yaml';
import type { Document } from 'yaml';
import { ApiError, type FieldProblem, json, messageOf } from '../api/client.ts';
import { type Kind, pathOf } from '../api/discovery.ts';
import { at, entriesAt, isRecord, listAt, textAt } from '../api/json.ts';
import { Copyable, Failure, Loading } from '../design/notes.tsx';
import type { ObjectProps } from '../panels.ts';
import { useCluster, useMay } from '../shell/cluster.tsx';
import { navigate, objectPlace } from '../shell/router.tsx';
import { stepsOf } from './field-path.ts';
import { intentOf } from './intent.ts';
import { diffLines, folded } from './line-diff.ts';

const fieldManager = 'plinth-portal';

type Yaml = typeof YamlModule;

/** The object as YAML, and a way to change it that shows what the server makes of it first. */
export function YamlTab({ kind, object }: ObjectProps): ReactNode {
  const [yaml, setYaml] = useState<Yaml>();
  useEffect(() => {
    import('yaml').then(setYaml, () => undefined);
  }, []);
  const [edited, setEdited] = useState<unknown>();
  const mayPatch = useMay(kind, 'patch') && kind.verbs.includes('patch');
  if (!yaml) return <Loading what="the editor" />;
  if (edited !== undefined) {
    return <Editor yaml={yaml} kind={kind} object={edited} close={() => setEdited(undefined)} />;
  }
  const text = yaml.stringify(readable(object), { lineWidth: 0 });
  return (
    <div className="yaml">
      <div className="toolbar">
        {mayPatch ? (
          <button type="button" className="primary" onClick={() => setEdited(object)}>
            Edit
          </button>
        ) : (
          <span className="dim">You may read it and not change it.</span>
        )}
        <Copyable
          text={`kubectl get ${kind.resource} ${textAt(object, 'metadata', 'name')}${namespaceArgument(object)} -o yaml`}
        />
      </div>
      <pre className="code" tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}

function namespaceArgument(object: unknown): string {
  const namespace = textAt(object, 'metadata', 'namespace');
  return namespace === '' ? '' : ` -n ${namespace}`;
}

/** Without what the server keeps about fields. */
function readable(object: unknown): unknown {
  if (!isRecord(object)) return object;
  const metadata = Object.fromEntries(
    entriesAt(object, 'metadata').filter(([name]) => name !== 'managedFields'),
  );
  return { ...object, metadata };
}

/** What people edit: neither status nor what the server sets. */
function editable(object: unknown): Record<string, unknown> {
  const kept = new Set(['name', 'namespace', 'labels', 'annotations', 'finalizers', 'ownerReferences']);
  const metadata = Object.fromEntries(entriesAt(object, 'metadata').filter(([name]) => kept.has(name)));
  const rest = entriesAt(object).filter(([name]) => !['status', 'metadata'].includes(name));
  return { ...Object.fromEntries(rest), metadata };
}

/** What the server has said to a dry run. */
interface Rehearsal {
  readonly manifest: unknown;
  readonly result: string;
  /** Lines that were removed and stay, because others manage them. */
  readonly stays: boolean;
}

interface Refusal {
  readonly message: string;
  readonly problems: readonly (FieldProblem & { readonly line: number | undefined })[];
  readonly isConflict: boolean;
  readonly needsPlan: boolean;
}

interface EditorProps {
  readonly yaml: Yaml;
  readonly kind: Kind;
  readonly object: unknown;
  readonly close: () => void;
}

function Editor({ yaml, kind, object, close }: EditorProps): ReactNode {
  const { kinds } = useCluster();
  const plans = kinds.find(({ resource, group }) => resource === 'plans' && group === 'plinth.dev');
  const mayPlan = useMay(plans, 'create');
  const [force, setForce] = useState(false);
  const edit = useEdit(yaml, object);
  const { text, before, rehearsal, refusal, isBusy } = edit;
  const name = textAt(object, 'metadata', 'name');
  const apply = async (manifest: unknown, isDry: boolean): Promise<unknown> => {
    const query = `fieldManager=${fieldManager}&fieldValidation=Strict${force ? '&force=true' : ''}${isDry ? '&dryRun=All' : ''}`;
    return await json(`${pathOf(kind, textAt(object, 'metadata', 'namespace'), name)}?${query}`, {
      method: 'PATCH',
      contentType: 'application/apply-patch+yaml',
      body: manifest,
    });
  };
  const rehearse = (): Promise<void> =>
    edit.run(async ({ manifest, after }) => {
      const result = yaml.stringify(editable(await apply(manifest, true)), { lineWidth: 0 });
      const wanted = yaml.stringify(editable(after), { lineWidth: 0 });
      const stays = removedLines(before, wanted) > removedLines(before, result);
      edit.setRehearsal({ manifest, result, stays });
    });
  const write = (): Promise<void> =>
    edit.run(async () => {
      if (rehearsal) await apply(rehearsal.manifest, false);
      close();
    });
  const plan = (): Promise<void> =>
    edit.run(async ({ manifest }) => {
      if (!plans) return;
      const spec = { manifests: [withoutVersion(manifest)], fieldManager, force };
      const metadata = { generateName: `${name.slice(0, 40)}-` };
      const body = { apiVersion: 'plinth.dev/v1alpha1', kind: 'Plan', metadata, spec };
      const made = await json(pathOf(plans), { method: 'POST', body });
      navigate(objectPlace('plans.plinth.dev', '', textAt(made, 'metadata', 'name')));
    });
  return (
    <div className="editor">
      <LineEditor text={text} change={edit.change} bad={refusal?.problems ?? []} />
      {refusal ? <Refused refusal={refusal} force={force} setForce={setForce} /> : null}
      {rehearsal ? <Difference before={before} after={rehearsal.result} stays={rehearsal.stays} /> : null}
      <div className="toolbar">
        {rehearsal ? (
          <button type="button" className="primary" disabled={isBusy} onClick={() => void write()}>
            Write it
          </button>
        ) : (
          <button
            type="button"
            className="primary"
            disabled={isBusy || text === before}
            onClick={() => void rehearse()}
          >
            {isBusy ? 'Asking the server …' : 'Show what changes'}
          </button>
        )}
        {mayPlan ? (
          <button type="button" disabled={isBusy || text === before} onClick={() => void plan()}>
            Plan it
          </button>
        ) : null}
        <button type="button" onClick={close}>
          Discard
        </button>
      </div>
    </div>
  );
}

/** What a text stands for: what is sent, and the object as it was written. */
interface Parsed {
  readonly manifest: unknown;
  readonly after: unknown;
}

interface Edit {
  readonly before: string;
  readonly text: string;
  readonly rehearsal: Rehearsal | undefined;
  readonly refusal: Refusal | undefined;
  readonly isBusy: boolean;
  readonly change: (text: string) => void;
  readonly setRehearsal: (rehearsal: Rehearsal) => void;
  /** Reads the text and does something with it; what the server has against it is shown. */
  readonly run: (work: (parsed: Parsed) => Promise<void>) => Promise<void>;
}

/** An edit under way. */
function useEdit(yaml: Yaml, object: unknown): Edit {
  const before = yaml.stringify(editable(object), { lineWidth: 0 });
  const [text, setText] = useState(before);
  const [rehearsal, setRehearsal] = useState<Rehearsal>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [isBusy, setBusy] = useState(false);
  const run: Edit['run'] = async (work) => {
    const document = yaml.parseDocument(text);
    const wrong = document.errors[0];
    if (wrong) {
      const message = wrong.message.split('\n')[0] ?? wrong.message;
      const problem = { field: '', message, line: wrong.linePos?.[0].line };
      setRefusal({ message: 'This is no YAML.', problems: [problem], isConflict: false, needsPlan: false });
      return;
    }
    setBusy(true);
    setRefusal(undefined);
    try {
      const after: unknown = document.toJS();
      await work({ manifest: manifestOf(object, after), after });
    } catch (error) {
      setRehearsal(undefined);
      setRefusal(refusalOf(error, document, text));
    } finally {
      setBusy(false);
    }
  };
  const change = (next: string): void => {
    setText(next);
    setRehearsal(undefined);
  };
  return { before, text, rehearsal, refusal, isBusy, change, setRehearsal, run };
}

/** What is sent: which object, the version that was edited, and what the editor stands for. */
function manifestOf(object: unknown, after: unknown): unknown {
  const mine = listAt(object, 'metadata', 'managedFields').find(
    (entry) => textAt(entry, 'manager') === fieldManager && textAt(entry, 'operation') === 'Apply',
  );
  const intent = intentOf(editable(object), after, at(mine, 'fieldsV1'));
  const { apiVersion, kind } = { apiVersion: textAt(object, 'apiVersion'), kind: textAt(object, 'kind') };
  const identity = Object.fromEntries(
    ['name', 'namespace', 'uid', 'resourceVersion']
      .map((field) => [field, textAt(object, 'metadata', field)] as const)
      .filter(([, value]) => value !== ''),
  );
  const fields = isRecord(intent) ? intent : {};
  return {
    ...fields,
    apiVersion,
    kind,
    metadata: { ...Object.fromEntries(entriesAt(fields, 'metadata')), ...identity },
  };
}

/** A plan notices by itself what has changed since. */
function withoutVersion(manifest: unknown): unknown {
  if (!isRecord(manifest)) return manifest;
  const metadata = entriesAt(manifest, 'metadata').filter(
    ([name]) => !['uid', 'resourceVersion'].includes(name),
  );
  return { ...manifest, metadata: Object.fromEntries(metadata) };
}

function removedLines(before: string, after: string): number {
  return diffLines(before, after).filter(({ sign }) => sign === '-').length;
}

function refusalOf(error: unknown, document: Document, text: string): Refusal {
  const known = error instanceof ApiError ? error : undefined;
  return {
    message: messageOf(error),
    problems: (known?.problems ?? [])
      .filter(({ field }) => field !== '')
      .map((problem) => ({ ...problem, line: lineOf(document, text, problem.field) })),
    isConflict: known?.code === 409 && known.problems.length > 0,
    needsPlan: known?.code === 403 && known.message.includes('ChangePolicy'),
  };
}

/** The line, from 1, of the nearest part of a field that the text has. */
function lineOf(document: Document, text: string, field: string): number | undefined {
  for (let steps = stepsOf(field); steps.length > 0; steps = steps.slice(0, -1)) {
    const node: unknown = document.getIn(steps, true);
    const offset = at(node, 'range', 0);
    if (typeof offset === 'number') return text.slice(0, offset).split('\n').length;
  }
  return undefined;
}

interface LineEditorProps {
  readonly text: string;
  readonly change: (text: string) => void;
  readonly bad: readonly { readonly line: number | undefined; readonly message: string }[];
}

function LineEditor({ text, change, bad }: LineEditorProps): ReactNode {
  const lines = text.split('\n');
  const wrong = new Map(bad.map(({ line, message }) => [line, message]));
  return (
    <div className="line-editor">
      <div className="gutter" aria-hidden="true">
        {lines.map((_, i) => (
          <span key={String(i)} className={wrong.has(i + 1) ? 'wrong' : undefined} title={wrong.get(i + 1)}>
            {i + 1}
          </span>
        ))}
      </div>
      <textarea
        aria-label="Manifest as YAML"
        aria-invalid={bad.length > 0}
        spellCheck={false}
        wrap="off"
        rows={lines.length + 1}
        value={text}
        onChange={(event) => change(event.target.value)}
      />
    </div>
  );
}

function Refused({
  refusal: { message, problems, isConflict, needsPlan },
  force,
  setForce,
}: {
  readonly refusal: Refusal;
  readonly force: boolean;
  readonly setForce: (force: boolean) => void;
}): ReactNode {
  return (
    <Failure message={problems.length > 0 ? 'The server refuses it:' : message}>
      <ul>
        {problems.map((problem) => (
          <li key={problem.field + problem.message}>
            {problem.line === undefined ? '' : `Line ${problem.line}: `}
            <b className="mono">{problem.field}</b> {problem.message}
          </li>
        ))}
      </ul>
      {isConflict ? (
        <label className="check">
          <input type="checkbox" checked={force} onChange={(event) => setForce(event.target.checked)} />
          Take these fields over from who manages them
        </label>
      ) : null}
      {needsPlan ? <p>A plan can do this: choose “Plan it”, and have it approved.</p> : null}
    </Failure>
  );
}

/** Two texts, line against line, without what stays. */
function Difference({
  before,
  after,
  stays,
}: {
  readonly before: string;
  readonly after: string;
  readonly stays: boolean;
}): ReactNode {
  const lines = folded(diffLines(before, after));
  const changes = lines.filter((line) => line && line.sign !== ' ').length;
  return (
    <section>
      <h2>{changes === 0 ? 'Nothing changes' : 'What the server would make of it'}</h2>
      {stays ? (
        <p className="note warn">
          Some of what you removed stays: others manage it. Who does is under History.
        </p>
      ) : null}
      {changes === 0 ? null : (
        <pre className="code diff" tabIndex={0}>
          {lines.map((line, i) =>
            line ? (
              <span
                key={String(i)}
                className={line.sign === '+' ? 'added' : line.sign === '-' ? 'removed' : undefined}
              >
                {line.sign} {line.text}
                {'\n'}
              </span>
            ) : (
              <span key={String(i)} className="dim">
                {'  ⋯\n'}
              </span>
            ),
          )}
        </pre>
      )}
    </section>
  );
}
