import { type ReactNode, useState } from 'react';
import { json, messageOf } from '../api/client.ts';
import { pathOf } from '../api/discovery.ts';
import { Failure } from '../design/notes.tsx';
import { useCluster, useMay } from '../shell/cluster.tsx';

/** What is decided about: a Plan, or a step of a Run that waits. */
export interface DecisionTarget {
  readonly kind: 'Plan' | 'Run';
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly step?: string;
}

/** Approves or rejects exactly what is shown: by its digest. */
export function Decision({
  target,
  digest,
  author,
}: {
  readonly target: DecisionTarget;
  readonly digest: string;
  readonly author: string;
}): ReactNode {
  const { kinds, user } = useCluster();
  const approvals = kinds.find(({ resource, group }) => resource === 'approvals' && group === 'plinth.dev');
  const may = useMay(approvals, 'create');
  const [reason, setReason] = useState('');
  const [failure, setFailure] = useState('');
  const [decided, setDecided] = useState('');
  if (!approvals || !user) return null;
  if (user.name === author) return <p className="dim">You made it, so somebody else has to approve it.</p>;
  if (!may) return <p className="dim">You may read it and not decide about it.</p>;
  const decide = async (decision: 'Approve' | 'Reject'): Promise<void> => {
    setFailure('');
    try {
      await json(pathOf(approvals), {
        method: 'POST',
        body: {
          apiVersion: 'plinth.dev/v1alpha1',
          kind: 'Approval',
          metadata: { generateName: `${target.name.slice(0, 200)}-` },
          spec: { target, digest, decision, ...(reason === '' ? {} : { reason }) },
        },
      });
      setDecided(decision === 'Approve' ? 'You have approved it.' : 'You have rejected it.');
    } catch (error) {
      setFailure(messageOf(error));
    }
  };
  if (decided !== '') return <p role="status">{decided}</p>;
  return (
    <div className="decision">
      <label>
        <span className="sr-only">Reason</span>
        <input
          placeholder="Reason, for who reads it later"
          value={reason}
          maxLength={4096}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      <button type="button" className="primary" onClick={() => void decide('Approve')}>
        Approve
      </button>
      <button type="button" onClick={() => void decide('Reject')}>
        Reject
      </button>
      {failure === '' ? null : <Failure message={failure} />}
    </div>
  );
}
