import { type ReactNode, useState } from 'react';
import { tenantName } from '../api/base.ts';
import { ApiError, messageOf } from '../api/client.ts';
import { beginSession, endOfSession } from '../api/session.ts';
import { Copyable, Failure } from '../design/notes.tsx';
import { whoIs } from './cluster.tsx';

/** Where one signs in with a token. */
export function Login(): ReactNode {
  const [token, setToken] = useState('');
  const [failure, setFailure] = useState('');
  const [isBusy, setBusy] = useState(false);
  const ended = endOfSession();
  const signIn = async (): Promise<void> => {
    setBusy(true);
    try {
      const given = token.trim();
      await whoIs(given);
      beginSession(given);
    } catch (error) {
      const isRefused = error instanceof ApiError && error.code === 401;
      setFailure(
        isRefused
          ? 'The server does not accept this token: it has ended, or is of another control plane.'
          : messageOf(error),
      );
      setBusy(false);
    }
  };
  return (
    <main className="login">
      <h1>Plinth</h1>
      <p className="dim">
        {tenantName === 'default' ? 'Control plane' : `Tenant ${tenantName}`} at {globalThis.location.host}
      </p>
      {ended && failure === '' ? <p className="note warn">{ended}</p> : null}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void signIn();
        }}
      >
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <button type="submit" className="primary" disabled={isBusy || token.trim() === ''}>
          {isBusy ? 'Signing in …' : 'Sign in'}
        </button>
      </form>
      {failure === '' ? null : <Failure message={failure} />}
      <p className="dim">A token is kept in this tab alone, until it is closed. To get one:</p>
      <Copyable text="kubectl create token NAME --duration 8h" />
    </main>
  );
}
