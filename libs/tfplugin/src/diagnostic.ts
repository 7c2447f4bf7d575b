import { type AttributePath, ValueError } from './attribute-path.ts';

/** What a provider tells its user. Spec: tfplugin6, "Diagnostic". */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** One line. */
  readonly summary: string;
  readonly detail?: string;
  /** The value in the configuration that it is about; Terraform then shows the line. */
  readonly path?: AttributePath;
}

/** Thrown by a handler to refuse: becomes an error diagnostic with its path. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly detail: string | undefined;
  readonly path: AttributePath | undefined;

  constructor(summary: string, options: { detail?: string; path?: AttributePath; cause?: unknown } = {}) {
    super(summary, { cause: options.cause });
    this.detail = options.detail;
    this.path = options.path;
  }
}

/** Takes what a handler tells besides what it returns. A handler that reports an error still returns what there is. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];

  warn(summary: string, about: { detail?: string; path?: AttributePath } = {}): void {
    this.list.push({ severity: 'warning', summary, ...about });
  }

  error(summary: string, about: { detail?: string; path?: AttributePath } = {}): void {
    this.list.push({ severity: 'error', summary, ...about });
  }
}

/** The diagnostic of whatever was thrown in the course of an operation. */
export function diagnosticOf(thrown: unknown, operation: string): Diagnostic {
  if (thrown instanceof ProviderError) {
    const { message, detail, path } = thrown;
    return {
      severity: 'error',
      summary: message,
      ...(detail !== undefined && { detail }),
      ...(path !== undefined && { path }),
    };
  }
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  const path = thrown instanceof ValueError && thrown.path.length > 0 ? thrown.path : undefined;
  return { severity: 'error', summary: `${operation} failed`, detail, ...(path !== undefined && { path }) };
}
