import type { KubeObject } from '../model/object.ts';
import type { WriteContext } from '../model/resource-type.ts';
import { scaleOf } from './scale.ts';
import type { WriteRequest } from './write-request.ts';

/** What one policy, put into force by one binding, says about a write. */
export interface Verdict {
  readonly policy: string;
  /** Empty when the policy itself cannot be worked out. */
  readonly binding: string;
  /** What it leads to. */
  readonly action: 'Deny' | 'Warn' | 'Audit';
  readonly message: string;
}

/** A policy and binding that a write was judged by, in the form that the digest of a plan covers. */
export interface ConsultedPolicy {
  readonly policy: string;
  readonly binding: string;
  /** The objects that the verdict was made from, besides the write itself; the same state is the same object. */
  readonly parts: readonly unknown[];
  /** What of them the verdict depends on, as JSON. */
  basis(): unknown;
}

/** What all policies together say about a write. */
export interface Judgement {
  readonly verdicts: readonly Verdict[];
  /** Facts for the audit entry of the write, by key. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly consulted: readonly ConsultedPolicy[];
}

/** A write before it is committed. */
export interface ReviewedWrite {
  readonly request: WriteRequest;
  readonly operation: WriteContext['operation'];
  /** The object as it would be; absent for a delete. */
  readonly object?: KubeObject | undefined;
  /** The object as it is; absent for a create. */
  readonly old?: KubeObject | undefined;
  /** The kind of `object` where it is not that of the resource, as for a subresource with a kind of its own. */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
}

/** Judges writes by the policies of a tenant. */
export interface WriteReview {
  /**
   * Called for every write that has passed admission, before it is committed; also in a dry run. It changes nothing.
   * @returns undefined when nothing judges such a write
   * @throws StatusError when a policy denies it, after `request.judged` was called; warnings have been given by then
   */
  review(write: ReviewedWrite): Promise<Judgement> | undefined;
}

/** An update as policies see it: that of a scale is one of a Scale. */
export function reviewedUpdate(request: WriteRequest, object: KubeObject, old: KubeObject): ReviewedWrite {
  const { scale } = request.served.version;
  if (request.subresource !== 'scale' || !scale) return { request, operation: 'update', object, old };
  const kind = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
  return { request, operation: 'update', object: scaleOf(object, scale), old: scaleOf(old, scale), kind };
}
