import { codeOf, Failure } from '../cli/failure.ts';

/** Where the API was to listen. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Explains an error of listening; anything else stays as it is. */
export function explainStart(error: unknown, { host, port }: Place): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  if (error.syscall !== 'listen' && error.syscall !== 'getaddrinfo') return error;
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new Failure(`the port ${port} is in use: another program listens on ${address}`, {
        hint: `choose another port, such as --port ${port === 65_535 ? port - 1 : port + 1}, or any free one with --port 0`,
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new Failure(`no right to listen on ${address}: ports below 1024 belong to the system`, {
        hint: 'choose a port from 1024 on, such as --port 7443',
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Failure(`this machine has no address ${host}`, {
        hint: 'name one of its addresses with --host; 127.0.0.1 is for this machine alone, 0.0.0.0 is all of them',
        cause: error,
      });
    default:
      return error;
  }
}
