import { forbidden, StatusError } from '../model/status-error.ts';
import type { ServedResource } from './registry.ts';

/** The HTTP codes of the reasons that a validation may name; all others are 422. */
const codes: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
};

/** Causes of policies have a message alone, as in Kubernetes. */
const unnamed = '';

/** Who denies, and what it says. */
export interface Denial {
  readonly policy: string;
  /** Empty when the policy itself cannot be worked out. */
  readonly binding: string;
  readonly message: string;
  /** Empty means Invalid. */
  readonly reason: string;
}

/**
 * The refusal of a write by a policy.
 * Spec: Kubernetes apiserver, admission/plugin/policy/validating, dispatcher.Dispatch.
 */
export class PolicyDenial extends StatusError {
  readonly policy: string;
  readonly binding: string;
  /** What the policies note for the audit, by key. */
  readonly annotations: Readonly<Record<string, string>>;

  constructor(
    denial: Denial,
    { type }: ServedResource,
    name: string,
    annotations: Readonly<Record<string, string>>,
  ) {
    const reason = denial.reason === '' ? 'Invalid' : denial.reason;
    const message = denialText(denial);
    const { message: text, details } = forbidden(
      { group: type.group, resource: type.resource, name },
      message,
    );
    super(codes[reason] ?? 422, reason, text, { ...details, causes: [{ reason: unnamed, message }] });
    this.policy = denial.policy;
    this.binding = denial.binding;
    this.annotations = annotations;
  }
}

function denialText({ policy, binding, message }: Denial): string {
  const by = binding === '' ? '' : ` with binding '${binding}'`;
  return `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`;
}
