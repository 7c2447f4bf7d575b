/** Items that a column shows. */
const shownMax = 3;

/** The first items of a list for a column, and how many more there are. Spec: Kubernetes printers, formatEndpoints. @param none - for an empty list */
export function shownList(items: readonly string[], none: string): string {
  const text = items.slice(0, shownMax).join(',');
  if (items.length > shownMax) return `${text} + ${items.length - shownMax} more...`;
  return text === '' ? none : text;
}
