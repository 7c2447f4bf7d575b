import { forbidden, type ResourceRef, StatusError } from '../model/status-error.ts';
import type { ExceededBound } from '../store/port.ts';

/**
 * 403: the tenant may not store that much. The message has the form that clients know from Kubernetes.
 * Spec: Kubernetes ResourceQuota admission.
 */
export function quotaExceeded(bound: ExceededBound, ref: ResourceRef): StatusError {
  const { limit, found, added } = bound;
  const [tenant = ''] = bound.prefix.split('/', 1);
  const name = quotaName(bound);
  const message =
    `exceeded quota: tenant ${tenant}, requested: ${name}=${added}, used: ${name}=${found - added}, ` +
    `limited: ${name}=${limit}`;
  const refused = forbidden(ref, message);
  return new StatusError(refused.code, refused.reason, refused.message, {
    ...refused.details,
    causes: [{ reason: 'QuotaExceeded', message }],
  });
}

/** The quota as `spec.quotas` of the Tenant names it. */
function quotaName({ prefix, measure }: ExceededBound): string {
  if (measure === 'bytes') return 'storedBytes';
  const [, group = '', resource = ''] = prefix.split('/');
  if (resource === '') return '*';
  return group === 'core' ? resource : `${resource}.${group}`;
}
