/** What a plugin needs of the process that it runs in. Node's `process` is one. */
export interface PluginProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly pid: number;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  exitCode?: number | string | null | undefined;
  on(signal: 'SIGINT', listener: () => void): unknown;
  /** Ends the process, whatever still keeps it busy. */
  exit(code: number): void;
}
