import type { UserInfo } from '../auth/port.ts';
import { mastersGroup } from '../auth/rbac/authorizer.ts';

/** Who the engine writes runs as. */
export const runUser: UserInfo = {
  username: 'system:plinth:runs',
  groups: [mastersGroup, 'system:authenticated'],
};
