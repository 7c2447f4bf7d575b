/** The steps of a field as the server names it: `spec.ports[0].port`, `metadata.labels[app.io/name]`. */
export function stepsOf(field: string): (string | number)[] {
  const steps: (string | number)[] = [];
  for (const [, plain, bracketed] of field.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    const text = plain ?? bracketed ?? '';
    steps.push(plain === undefined && /^\d+$/.test(text) ? Number(text) : text.replace(/^"(.*)"$/, '$1'));
  }
  return steps;
}
