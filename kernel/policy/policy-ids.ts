/** The API group of admission policies. */
export const policyGroup = 'admissionregistration.k8s.io';

/** ValidatingAdmissionPolicies as an id for clients. */
export const admissionPolicies = { group: policyGroup, resource: 'validatingadmissionpolicies' } as const;

/** ValidatingAdmissionPolicyBindings as an id for clients. */
export const admissionBindings = {
  group: policyGroup,
  resource: 'validatingadmissionpolicybindings',
} as const;
