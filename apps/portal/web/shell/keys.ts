import { useEffect } from 'react';
import { slugOf } from '../api/discovery.ts';
import { panels } from '../panels.ts';
import { navigate } from './router.tsx';

/** How long a `g` waits for its letter. */
const chordMs = 1_500;

/** Where `g` and a letter go. */
export const destinations: readonly {
  readonly letter: string;
  readonly title: string;
  readonly place: string;
}[] = [
  { letter: 'h', title: 'Home', place: '/' },
  { letter: 'k', title: 'All kinds', place: '/kinds' },
  ...panels.flatMap((panel) =>
    panel.letter
      ? [{ letter: panel.letter, title: panel.title ?? panel.resource, place: `/r/${slugOf(panel)}` }]
      : [],
  ),
];

/** Listens to the keyboard. */
export function useKeys({ search, help }: { readonly search: () => void; readonly help: () => void }): void {
  useEffect(() => {
    let chordAt = Number.NEGATIVE_INFINITY;
    const pressed = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        search();
        return;
      }
      const { target } = event;
      const isTyping = target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
      if (
        isTyping ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        document.querySelector('dialog[open]')
      )
        return;
      if (event.timeStamp - chordAt < chordMs) {
        chordAt = Number.NEGATIVE_INFINITY;
        const destination = destinations.find(({ letter }) => letter === event.key);
        if (destination) navigate(destination.place);
      } else if (event.key === 'g') chordAt = event.timeStamp;
      else if (event.key === '?') help();
      else if (event.key === '/') {
        event.preventDefault();
        const filter = document.getElementById('filter');
        if (filter) filter.focus();
        else search();
      }
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  });
}
