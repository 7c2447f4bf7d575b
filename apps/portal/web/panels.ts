import type { ComponentType } from 'react';
import type { Kind } from './api/discovery.ts';
import { planPanel } from './pages/plan-panel.tsx';
import { runPanel } from './pages/run-panel.tsx';
import { stackPanel } from './pages/stack-panel.tsx';

/** What a page of an object is given. */
export interface ObjectProps {
  readonly kind: Kind;
  /** The object as it is now. */
  readonly object: unknown;
}

/** A further tab of an object's page. */
export interface PanelTab {
  readonly title: string;
  readonly Content: ComponentType<ObjectProps>;
}

/**
 * What replaces parts of the pages of one kind. Lists, details, YAML, relations and events are the same for every kind; a
 * panel says what is special. Kinds without a panel need none.
 */
export interface Panel {
  readonly group: string;
  readonly resource: string;
  /** In the rail and above the list; the kind when absent. */
  readonly title?: string;
  /** The letter that goes there after `g`. */
  readonly letter?: string;
  /** Whether the rail has it. */
  readonly inRail?: boolean;
  /** What an empty list teaches. */
  readonly empty?: { readonly title: string; readonly command: string };
  /** Beside the title of the list. */
  readonly ListActions?: ComponentType;
  /** Beside the title of an object. */
  readonly Actions?: ComponentType<ObjectProps>;
  /** In place of the overview. */
  readonly Overview?: ComponentType<ObjectProps>;
  readonly tabs?: readonly PanelTab[];
}

/** All panels, in the order of the rail. */
export const panels: readonly Panel[] = [
  planPanel,
  runPanel,
  stackPanel,
  { group: 'plinth.dev', resource: 'workspaces', title: 'Workspaces', letter: 'w', inRail: true },
  { group: 'plinth.dev', resource: 'drifts', title: 'Drift', letter: 'd', inRail: true },
  { group: '', resource: 'secrets', title: 'Secrets', letter: 's', inRail: true },
];

/** The panel of a kind; undefined when it has none. */
export function panelOf({ group, resource }: Pick<Kind, 'group' | 'resource'>): Panel | undefined {
  return panels.find((panel) => panel.group === group && panel.resource === resource);
}
