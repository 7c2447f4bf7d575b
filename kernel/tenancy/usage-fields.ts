import type { Static } from 'typebox';
import { struct } from '../builtin/schema-fields.ts';
import { mapOf } from '../model/define-kind.ts';
import { Type } from '../model/type-builders.ts';

const whole = (description: string) => Type.Integer({ minimum: 0, description });

const window = (description: string) =>
  struct(description, {
    requests: whole('API requests.'),
    writes: whole('Changes of objects, and actions.'),
    runMinutes: Type.Number({ minimum: 0, description: 'Minutes that steps of runs have worked.' }),
  });

/** What a tenant uses, as its status shows it. */
export const usageFields = struct('What the tenant uses, and has used.', {
  objects: whole('What is stored: objects, and entries of the journals of runs.'),
  storedBytes: whole('Characters of JSON that are stored.'),
  byResource: Type.Optional(
    mapOf(Type.Integer(), { description: 'Stored objects by resource, such as deployments.apps.' }),
  ),
  lastHour: window('The present hour (UTC).'),
  lastDay: window('The present hour and the 23 before it.'),
  month: window('The present calendar month (UTC).'),
  auditEntries: whole('Entries of the audit log that all this is counted from.'),
  at: Type.String({ format: 'date-time', description: 'When it was counted.' }),
});

/** What a tenant uses and has used. */
export type TenantUsage = Static<typeof usageFields>;
