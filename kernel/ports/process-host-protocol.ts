import type {
  OutputStream,
  ProcessErrorCode,
  ProcessExit,
  ProcessRecord,
  ProcessRequest,
} from './processes.ts';

/** What of a request goes to the process that starts programs: all but what is called back. */
export type SentRequest = Omit<ProcessRequest, 'signal' | 'onOutput' | 'onRecord'>;

/** What is asked of the process that starts programs. */
export type HostRequest =
  | { readonly type: 'run'; readonly id: number; readonly request: SentRequest }
  /** `isStop`: Plinth itself ends, see `isStop`. */
  | { readonly type: 'abort'; readonly id: number; readonly isStop: boolean }
  /** What was called back is done, or has failed: the program is ended then. */
  | { readonly type: 'called'; readonly call: number; readonly hasFailed: boolean };

/** What the process that starts programs says. */
export type HostNews =
  | { readonly type: 'record'; readonly id: number; readonly call: number; readonly record: ProcessRecord }
  | {
      readonly type: 'output';
      readonly id: number;
      readonly call: number;
      readonly stream: OutputStream;
      readonly bytes: Uint8Array;
    }
  | { readonly type: 'exit'; readonly id: number; readonly exit: ProcessExit }
  /** The program could not be started, or what was called back has failed. */
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly message: string;
      readonly refusal?: { readonly code: ProcessErrorCode; readonly hint: string };
    };
