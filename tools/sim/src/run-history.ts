import { isObject, isRun, type KubeObject, type Run } from '@plinth/kernel';
import { parseObject } from '@plinth/kernel/testing';
import { invariant } from './invariant.ts';
import type { ApprovalNode } from './run-script.ts';
import type { Row } from './simulated-disk.ts';

/** A decision that became durable. */
interface Vote {
  readonly username: string;
  readonly groups: readonly string[];
  readonly decision: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A run as far as it is durable. */
interface Known {
  readonly uid: string;
  run: Run;
  cancelledAtMs?: number;
  pausedAtMs: number | undefined;
}

const finalPhases = new Set(['Succeeded', 'Failed', 'Canceled']);

/** What is durable about runs and what they wait for, gathered from the rows as they are written, and from nothing else. */
export class RunHistory {
  /** By the script that they carry out. */
  readonly #runs = new Map<string, Known>();
  readonly #votes = new Map<string, Vote[]>();
  readonly #ready = new Set<string>();

  /** A change is durable. @throws Violation when a run ends twice, or comes back under its name */
  take({ key, value, deleted }: Row, atMs: number): void {
    const [, group, resource] = key.split('/');
    if (group === 'core' && resource === 'configmaps' && !deleted) this.#takeObject(parseObject(value));
    if (group !== 'plinth.dev') return;
    if (resource === 'runs') this.#takeRun(parseObject(value), deleted, atMs);
    if (resource === 'approvals' && !deleted) this.#takeVote(parseObject(value), atMs);
  }

  /** The run of a script. */
  run(script: string): Run | undefined {
    return this.#runs.get(script)?.run;
  }

  /** How many runs there are. */
  get size(): number {
    return this.#runs.size;
  }

  isFinished(script: string): boolean {
    return finalPhases.has(this.run(script)?.status?.phase ?? '');
  }

  /** Virtual milliseconds at which its cancellation, or its pause, became durable. */
  cancelledAtMs(script: string): number | undefined {
    return this.#runs.get(script)?.cancelledAtMs;
  }

  pausedAtMs(script: string): number | undefined {
    return this.#runs.get(script)?.pausedAtMs;
  }

  wasReady(object: string): boolean {
    return this.#ready.has(object);
  }

  /** Whether at some instant enough others than the author approved. */
  wasApproved(node: ApprovalNode): boolean {
    const votes = this.#entitled(node).filter(({ decision }) => decision === 'Approve');
    return votes.some(({ fromMs }) => {
      const then = votes.filter((vote) => vote.fromMs <= fromMs && fromMs < vote.untilMs);
      return new Set(then.map(({ username }) => username)).size >= node.count;
    });
  }

  /** Whether somebody who is asked ever rejected. */
  wasRejected(node: ApprovalNode): boolean {
    return this.#entitled(node).some(({ decision }) => decision === 'Reject');
  }

  #entitled({ id, script, author, groups }: ApprovalNode): Vote[] {
    const uid = this.#runs.get(script)?.uid ?? '';
    return (this.#votes.get(`${uid} ${id}`) ?? []).filter(
      (vote) =>
        vote.username !== author &&
        (groups.length === 0 || groups.some((group) => vote.groups.includes(group))),
    );
  }

  #takeRun(run: KubeObject, deleted: boolean, atMs: number): void {
    const { name, uid } = run.metadata;
    invariant(isRun(run), `run ${name} has no spec`);
    invariant(!deleted, `run ${name} is deleted, and nobody wanted that`);
    const script = String(run.spec.input?.['script']);
    const known = this.#runs.get(script) ?? { uid, run, pausedAtMs: undefined };
    invariant(known.uid === uid, `script ${script} is run twice: by ${known.run.metadata.name} and ${name}`);
    const before = known.run.status;
    const hasEnded = finalPhases.has(before?.phase ?? '');
    const isSame = JSON.stringify(before) === JSON.stringify(run.status);
    invariant(!hasEnded || isSame, `run ${name} had ended as ${before?.phase}, and changes its status`);
    known.run = run;
    if (run.spec.cancel === true) known.cancelledAtMs ??= atMs;
    known.pausedAtMs = run.spec.pause === true ? (known.pausedAtMs ?? atMs) : undefined;
    this.#runs.set(script, known);
  }

  #takeVote({ spec, metadata }: KubeObject & { spec?: unknown }, atMs: number): void {
    invariant(isObject(spec) && isObject(spec['target']) && isObject(spec['approver']), metadata.name);
    const { target, approver, decision, expiresAt } = spec;
    const { uid, step } = target;
    const { username, groups } = approver;
    const about = `${String(uid)} ${String(step)}`;
    const votes = this.#votes.get(about) ?? [];
    this.#votes.set(about, votes);
    votes.push({
      username: String(username),
      groups: Array.isArray(groups) ? groups.map(String) : [],
      decision: String(decision),
      fromMs: atMs,
      untilMs:
        typeof expiresAt === 'string'
          ? Date.parse(expiresAt) - Date.UTC(2026, 0, 1)
          : Number.POSITIVE_INFINITY,
    });
  }

  #takeObject({ metadata, ...object }: KubeObject): void {
    const data = 'data' in object && isObject(object.data) ? object.data : {};
    if (data['ready'] === 'yes') this.#ready.add(metadata.name);
  }
}
