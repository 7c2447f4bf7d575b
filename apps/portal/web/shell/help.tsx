import type { ReactNode } from 'react';
import { destinations } from './keys.ts';
import { Modal } from './modal.tsx';

/** The keys. */
export function Help({ close }: { readonly close: () => void }): ReactNode {
  const keys = [
    ['Ctrl K', 'Search kinds, objects and pages'],
    ['/', 'Filter the list, else search'],
    ['?', 'This help'],
    ...destinations.map(({ letter, title }) => [`g ${letter}`, `Go to ${title}`] as const),
  ] as const;
  return (
    <Modal label="Keys" close={close}>
      <h2>Keys</h2>
      <dl className="keys">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={close}>
        Close
      </button>
    </Modal>
  );
}
