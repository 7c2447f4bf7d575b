export { workspaceCapability } from './capability.ts';
export { type InventoryEntry, isWorkspace, type Workspace, workspaceKind, type WorkspaceSpec, type WorkspaceStatus, workspaces } from './kinds.ts';
