import { quote } from '@plinth/go-format';

const plainName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The name of a label as PromQL writes it: in quotes where it is no plain word. */
export function quoteName(name: string): string {
  return plainName.test(name) ? name : quote(name);
}
