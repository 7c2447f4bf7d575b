import { type ReactNode, useEffect, useState } from 'react';

/** How long something may take before it is said to be under way. */
const quietMs = 300;

/** Says that something is under way, once that takes long enough to be noticed. */
export function Loading({ what }: { readonly what: string }): ReactNode {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), quietMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p className="note" role="status" aria-busy="true">
      {isShown ? `Reading ${what} …` : ''}
    </p>
  );
}

/** What went wrong and what to do. */
export function Failure({
  message,
  children,
}: {
  readonly message: string;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className="note bad" role="alert">
      <p>{message}</p>
      {children}
    </div>
  );
}

/** A list with nothing in it, and how it comes to something. */
export function Empty({
  title,
  command,
  children,
}: {
  readonly title: string;
  readonly command?: string;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className="empty">
      <p>{title}</p>
      {command === undefined ? null : <Copyable text={command} />}
      {children}
    </div>
  );
}

/** A text that a button copies. */
export function Copyable({ text }: { readonly text: string }): ReactNode {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <span className="copyable">
      <code>{text}</code>
      <button type="button" className="quiet" onClick={copy} aria-label={`Copy ${text}`}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </span>
  );
}
