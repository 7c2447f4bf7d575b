import { type ReactNode, useEffect, useState } from 'react';
import { spanText } from '../api/relative-time.ts';
import { type Tone, toneOf } from './tone.ts';

const shapes: Readonly<Record<Tone, string>> = { good: '●', busy: '◐', warn: '▲', bad: '■', idle: '○' };

/** A state as colour, shape and word. */
export function State({
  word,
  tone = toneOf(word) ?? 'idle',
}: {
  readonly word: string;
  readonly tone?: Tone;
}): ReactNode {
  return (
    <span className={`state ${tone}`}>
      <span aria-hidden="true">{shapes[tone]}</span> {word}
    </span>
  );
}

/** The time since an instant, with the instant itself on hover. */
export function Age({ since }: { readonly since: string }): ReactNode {
  const [now, setNow] = useState(() => Date.now());
  const age = now - Date.parse(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), age < 120_000 ? 1_000 : 30_000);
    return () => clearInterval(timer);
  }, [age < 120_000]);
  if (Number.isNaN(age)) return null;
  return (
    <time dateTime={since} title={new Date(since).toISOString()}>
      {spanText(age)}
    </time>
  );
}
