import { catalogCapability } from '@plinth/catalog';
import { infraCapability } from '@plinth/infra';
import type { Capability } from '@plinth/kernel';
import { telemetryCapability } from '@plinth/telemetry';
import { workspaceCapability } from '@plinth/workspace';

/** The capabilities that make up the program. */
export const capabilities: readonly Capability[] = [
  workspaceCapability,
  telemetryCapability,
  infraCapability,
  catalogCapability,
];
