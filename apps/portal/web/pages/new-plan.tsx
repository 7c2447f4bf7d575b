import { type ReactNode, useRef, useState } from 'react';
import { json, messageOf } from '../api/client.ts';
import { pathOf } from '../api/discovery.ts';
import { textAt } from '../api/json.ts';
import { Failure } from '../design/notes.tsx';
import { useCluster, useMay } from '../shell/cluster.tsx';
import { navigate, objectPlace } from '../shell/router.tsx';

/** Makes a plan of manifests that are pasted. */
export function NewPlan(): ReactNode {
  const { kinds, namespace } = useCluster();
  const plans = kinds.find(({ resource, group }) => resource === 'plans' && group === 'plinth.dev');
  const may = useMay(plans, 'create');
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [failure, setFailure] = useState('');
  if (!plans || !may) return null;
  const make = async (): Promise<void> => {
    setFailure('');
    try {
      const { parseAllDocuments } = await import('yaml');
      const documents = [...parseAllDocuments(text)];
      const wrong = documents.flatMap(({ errors }) => errors)[0];
      if (wrong) throw new Error(wrong.message);
      const manifests: unknown[] = documents
        .map((document): unknown => document.toJS())
        .filter((one) => one !== null);
      const made = await json(pathOf(plans), {
        method: 'POST',
        body: {
          apiVersion: 'plinth.dev/v1alpha1',
          kind: 'Plan',
          metadata: { generateName: 'change-' },
          spec: { manifests, namespace: namespace || 'default' },
        },
      });
      dialog.current?.close();
      navigate(objectPlace('plans.plinth.dev', '', textAt(made, 'metadata', 'name')));
    } catch (error) {
      setFailure(messageOf(error));
    }
  };
  return (
    <>
      <button type="button" className="primary" onClick={() => dialog.current?.showModal()}>
        New plan
      </button>
      <dialog ref={dialog} aria-labelledby="new-plan">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void make();
          }}
        >
          <h2 id="new-plan">New plan</h2>
          <p className="dim">Nothing changes before the plan is approved and applied.</p>
          <label htmlFor="manifests">Manifests, as YAML</label>
          <textarea
            id="manifests"
            rows={14}
            spellCheck={false}
            required
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          {failure === '' ? null : <Failure message={failure} />}
          <div className="toolbar">
            <button type="submit" className="primary">
              Make the plan
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
