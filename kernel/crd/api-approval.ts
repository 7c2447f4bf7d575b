import { type FieldError, invalidValue, requiredValue } from '@plinth/structural-schema';
import type { KubeObject } from '../model/object.ts';

/** Says where the API of a CustomResourceDefinition in a group of the Kubernetes project was approved. */
const apiApprovedAnnotation = 'api-approved.kubernetes.io';

const proposal = 'https://github.com/kubernetes/enhancements/pull/1111';

type ApiApproval =
  | { readonly state: 'unprotected' }
  | { readonly state: 'approved' | 'bypassed' | 'missing' | 'invalid'; readonly message: string };

/** Whether a group belongs to the Kubernetes project, so that not everybody may put kinds into it. */
function isProtectedGroup(group: string): boolean {
  return ['k8s.io', 'kubernetes.io'].some((domain) => group === domain || group.endsWith(`.${domain}`));
}

/** How a CustomResourceDefinition stands to the rule that kinds in protected groups are approved. */
export function apiApprovalOf(group: string, annotations: Record<string, string> | undefined): ApiApproval {
  if (!isProtectedGroup(group)) return { state: 'unprotected' };
  const annotation = annotations?.[apiApprovedAnnotation] ?? '';
  const must = `protected groups must have approval annotation "${apiApprovedAnnotation}"`;
  if (annotation === '') return { state: 'missing', message: `${must}, see ${proposal}` };
  if (annotation.startsWith('unapproved'))
    return { state: 'bypassed', message: `not approved: "${annotation}"` };
  if (URL.canParse(annotation) && new URL(annotation).host !== '') {
    return { state: 'approved', message: `approved in ${annotation}` };
  }
  const message = `${must} with either a URL or a reason starting with "unapproved", see ${proposal}`;
  return { state: 'invalid', message };
}

/** What is wrong with the approval of a CustomResourceDefinition. */
export function apiApprovalErrors(object: KubeObject, group: string): FieldError[] {
  const approval = apiApprovalOf(group, object.metadata.annotations);
  const field = `metadata.annotations[${apiApprovedAnnotation}]`;
  if (approval.state === 'missing') return [requiredValue(field, approval.message)];
  if (approval.state !== 'invalid') return [];
  return [invalidValue(field, object.metadata.annotations?.[apiApprovedAnnotation], approval.message)];
}
