import type { OwnerReference } from '../model/object.ts';
import type { ApprovalTargetRef } from './approval-kind.ts';

/** Something that waits for decisions. */
export interface ApprovalTarget {
  readonly uid: string;
  /** What an approval has to name. */
  readonly digest: string;
  /** The user whose own decision does not count. */
  readonly author: string;
  /** Who is asked; empty asks everybody but the author. */
  readonly demands: readonly { readonly groups: readonly string[] }[];
  /** In a word why nothing is decided any more, such as `Applied`; absent while it is open. */
  readonly closed?: string;
  /** What approvals are deleted with; only a cluster-scoped object can be that. */
  readonly owner?: OwnerReference;
}

/** What looking for a target led to. */
export type FoundTarget =
  | { readonly found: true; readonly target: ApprovalTarget }
  | { readonly found: false };

/** Finds what an approval is about. Each kind of target tells it how, once it is there itself. */
export class ApprovalTargets {
  readonly #finders = new Map<string, (ref: ApprovalTargetRef) => ApprovalTarget | undefined>();

  /** Says how targets of a kind are found; `find` reads the present state and answers undefined when there is none. */
  register(
    kind: ApprovalTargetRef['kind'],
    find: (ref: ApprovalTargetRef) => ApprovalTarget | undefined,
  ): void {
    this.#finders.set(kind, find);
  }

  /** @returns undefined when nobody knows how to find targets of this kind */
  find(ref: ApprovalTargetRef): FoundTarget | undefined {
    const find = this.#finders.get(ref.kind);
    if (!find) return undefined;
    const target = find(ref);
    return target ? { found: true, target } : { found: false };
  }
}
