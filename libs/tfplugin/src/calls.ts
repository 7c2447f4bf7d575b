import { type Diagnostic, Diagnostics, diagnosticOf, ProviderError } from './diagnostic.ts';
import type { Decoded, Encodable } from './message.ts';
import { diagnosticMessage } from './protocol-value.ts';
import type { providerCalls } from './provider-messages.ts';

type Calls = typeof providerCalls;

/** Answers the calls of these names. */
export type CallHandlers<Names extends keyof Calls = keyof Calls> = {
  readonly [Name in Names]: (
    request: Decoded<Calls[Name]['request']>,
  ) => Promise<Encodable<Calls[Name]['response']>>;
};

type DiagnosticMessage = ReturnType<typeof diagnosticMessage>;

/**
 * Runs an operation. What it throws becomes an error diagnostic, after those that it reported.
 * @param fallback - the response when it throws.
 */
export async function answer<Response extends object>(
  operation: string,
  fallback: Partial<Response>,
  run: (diagnostics: Diagnostics) => Promise<Response>,
): Promise<Partial<Response> & { diagnostics: DiagnosticMessage[] }> {
  const diagnostics = new Diagnostics();
  const list = (extra: readonly Diagnostic[]): DiagnosticMessage[] =>
    [...diagnostics.list, ...extra].map(diagnosticMessage);
  try {
    return { ...(await run(diagnostics)), diagnostics: list([]) };
  } catch (error) {
    return { ...fallback, diagnostics: list([diagnosticOf(error, operation)]) };
  }
}

/** Finds what is offered under a name. @throws ProviderError when nothing is. */
export function offered<T>(table: Readonly<Record<string, T>> | undefined, kind: string, name: string): T {
  const found = table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
  if (found === undefined) throw new ProviderError(`This provider has no ${kind} "${name}"`);
  return found;
}
