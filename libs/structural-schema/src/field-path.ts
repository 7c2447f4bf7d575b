/** Steps from the root of an object: names of fields and map keys, and positions in lists. */
export type PathSteps = readonly (string | number)[];

/**
 * Prints a path as Kubernetes does in errors and warnings: `spec.containers[0].name`.
 *
 * @param steps from the root down; no steps give the empty text
 */
export function formatPath(steps: PathSteps): string {
  let text = '';
  for (const step of steps) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
