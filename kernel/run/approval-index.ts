import { bucketOf, keyOf } from '../api/keys.ts';
import type { Objects } from '../api/objects.ts';
import { parseStored } from '../api/versions.ts';
import { type Approval, approvals as approvalsId, isApproval } from '../approval/approval-kind.ts';
import type { StoredObject } from '../store/port.ts';
import { followBucket } from './bucket-follower.ts';
import { runs } from './run-kind.ts';

/** The approvals of runs, by the run that they are about. */
export class ApprovalIndex {
  readonly #byRun = new Map<string, Map<string, Approval>>();
  readonly #stop: () => void;

  /** @param changed called with the store key of a run when something was decided about it */
  constructor(
    objects: Objects,
    changed: (runKey: string) => void,
    fault: (what: string, error: unknown) => void,
  ) {
    const take = (stored: StoredObject, isThere: boolean): void => {
      const approval = parseStored(stored);
      if (!isApproval(approval) || approval.spec.target.kind !== 'Run') return;
      const { namespace = '', name } = approval.spec.target;
      const runKey = keyOf(objects.tenant, runs, namespace, name);
      const about = this.#byRun.get(runKey) ?? new Map<string, Approval>();
      if (isThere) about.set(stored.key, approval);
      else about.delete(stored.key);
      if (about.size > 0) this.#byRun.set(runKey, about);
      else this.#byRun.delete(runKey);
      changed(runKey);
    };
    this.#stop = followBucket(objects.store, bucketOf(objects.tenant, approvalsId), {
      listed: (all) => {
        this.#byRun.clear();
        for (const stored of all) take(stored, true);
      },
      changed: ({ type, object }) => take(object, type !== 'deleted'),
      fault,
    });
  }

  /** Decisions about a run; those that name another uid are about an earlier run of its name. */
  of(runKey: string, uid: string): Approval[] {
    const about = this.#byRun.get(runKey);
    if (!about) return [];
    return [...about.values()].filter(
      ({ spec: { target } }) => target.uid === undefined || target.uid === uid,
    );
  }

  /** Store keys of all decisions about a run. */
  keysOf(runKey: string): string[] {
    return [...(this.#byRun.get(runKey)?.keys() ?? [])];
  }

  stop(): void {
    this.#stop();
  }
}
