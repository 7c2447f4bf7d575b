import { bucketOf, defaultTenant } from '../api/keys.ts';
import { parseStored } from '../api/versions.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { formatMicroTime } from '../ports/clock.ts';
import type { StoredObject } from '../store/port.ts';
import type { Role } from './ownership.ts';

/**
 * What the processes of one database tell each other: Leases in `plinth-system`, as the API servers of Kubernetes keep
 * theirs, so that `kubectl get leases -n plinth-system` shows who is there and who does what.
 *
 *   member.<id>   a process; renewed as long as it lives
 *   <unit>        who owns a unit; changes with its owner only, so that its revision is the fence of the unit
 *
 * They are written past admission and the audit log: a renewal each second is no change that anybody would look for.
 */
export const leasePrefix = `${bucketOf(defaultTenant, { group: 'coordination.k8s.io', resource: 'leases' })}plinth-system/`;

const recordLabel = 'plinth.dev/lease';
const annotation = {
  roles: 'plinth.dev/roles',
  units: 'plinth.dev/units',
  version: 'plinth.dev/version',
  url: 'plinth.dev/url',
} as const;

/** A process, as it tells of itself. */
export interface Member {
  /** Unique for each start of a process: host and random letters. */
  readonly id: string;
  readonly roles: readonly Role[];
  /** Names of the units that it can do. */
  readonly units: readonly string[];
  /** Version of the program. */
  readonly version: string;
  /** Where its health can be asked for. */
  readonly url: string;
}

/** The record of a member, or of a unit, as it was read. */
export type LeaseRecord =
  | { readonly type: 'member'; readonly member: Member }
  /** `holder` is empty when nobody has the unit. */
  | {
      readonly type: 'unit';
      readonly unit: string;
      readonly holder: string;
      /** How often the unit has changed hands. */
      readonly epoch: number;
      readonly uid: string;
      readonly createdAtMs: number;
    };

/** The key of the record of a member. */
export function memberKey(id: string): string {
  return `${leasePrefix}member.${id}`;
}

/** The key of the record of a unit. */
export function unitKey(unit: string): string {
  return `${leasePrefix}${unit}`;
}

/** Reads a record; undefined for a Lease that is somebody else's. */
export function parseRecord(stored: StoredObject): LeaseRecord | undefined {
  const object = parseStored(stored);
  const kind = object.metadata.labels?.[recordLabel];
  const spec = isObject(object['spec']) ? object['spec'] : {};
  const holder = typeof spec['holderIdentity'] === 'string' ? spec['holderIdentity'] : '';
  if (kind === 'unit') {
    const { leaseTransitions } = spec;
    const epoch = typeof leaseTransitions === 'number' ? leaseTransitions : 0;
    const { name, uid, creationTimestamp } = object.metadata;
    return { type: 'unit', unit: name, holder, epoch, uid, createdAtMs: Date.parse(creationTimestamp) };
  }
  if (kind !== 'member' || holder === '') return undefined;
  const { annotations = {} } = object.metadata;
  const words = (name: string): string[] =>
    (annotations[name] ?? '').split(' ').filter((word) => word !== '');
  return {
    type: 'member',
    member: {
      id: holder,
      roles: words(annotation.roles).filter(isRole),
      units: words(annotation.units),
      version: annotations[annotation.version] ?? '',
      url: annotations[annotation.url] ?? '',
    },
  };
}

function isRole(word: string): word is Role {
  return word === 'api' || word === 'controllers' || word === 'workers';
}

/** What is written into a Lease besides what it is about. */
export interface Stamp {
  readonly uid: string;
  readonly nowMs: number;
  /** When the Lease was made, and when its present holder got it. */
  readonly createdAtMs: number;
  readonly acquiredAtMs: number;
}

/** The Lease of a member as the store holds it. */
export function memberLease(member: Member, silenceMsMax: number, stamp: Stamp): KubeObject {
  return lease(`member.${member.id}`, 'member', stamp, {
    annotations: {
      [annotation.roles]: member.roles.join(' '),
      [annotation.units]: member.units.join(' '),
      [annotation.version]: member.version,
      [annotation.url]: member.url,
    },
    spec: {
      holderIdentity: member.id,
      leaseDurationSeconds: Math.ceil(silenceMsMax / 1000),
      acquireTime: formatMicroTime(stamp.acquiredAtMs),
      renewTime: formatMicroTime(stamp.nowMs),
    },
  });
}

/** The Lease of a unit as the store holds it. @param holder empty: nobody has it */
export function unitLease(unit: string, holder: string, epoch: number, stamp: Stamp): KubeObject {
  return lease(unit, 'unit', stamp, {
    spec: {
      holderIdentity: holder,
      acquireTime: formatMicroTime(stamp.acquiredAtMs),
      leaseTransitions: epoch,
    },
  });
}

function lease(
  name: string,
  label: 'member' | 'unit',
  { uid, createdAtMs }: Stamp,
  { annotations, spec }: { annotations?: Record<string, string>; spec: Record<string, string | number> },
): KubeObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: 'plinth-system',
      uid,
      resourceVersion: '',
      creationTimestamp: `${formatMicroTime(createdAtMs).slice(0, 19)}Z`,
      labels: { [recordLabel]: label },
      ...(annotations ? { annotations } : {}),
    },
    spec,
  };
}

/** The text of an object at the revision that the store gives it. */
export function textAt(object: KubeObject): (revision: number) => string {
  return (revision) => {
    object.metadata.resourceVersion = String(revision);
    return JSON.stringify(object);
  };
}
