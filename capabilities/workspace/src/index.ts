export { workspaceCapability } from './capability.ts';
export { type WorkspaceControllerOptions, workspaceController } from './controller.ts';
export {
  type InventoryEntry,
  isWorkspace,
  type Workspace,
  type WorkspaceSpec,
  type WorkspaceStatus,
  workspaceKind,
  workspaces,
} from './kinds.ts';
