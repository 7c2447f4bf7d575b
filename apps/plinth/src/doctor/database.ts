import { type DatabaseInspection, examineDatabase } from '@plinth/kernel';
import { reportOf } from '../cli/failure.ts';
import { describeDatabase } from '../up/database.ts';
import { bad, type Finding, good } from './check.ts';

/** Above this, leases and times in objects written by different machines do not fit together. */
const clockAheadMsMax = 1_000;
/** Above this a write, which takes two round trips, is slow whatever the disk of the server does. */
const roundTripMsMax = 25;
/** Connections that one process takes, and one that starts. */
const connectionsNeeded = 4;

/** Examines the database that processes share. */
export async function examineSharedDatabase(url: string): Promise<Finding[]> {
  let found: DatabaseInspection;
  try {
    found = await examineDatabase(url);
  } catch (error) {
    const { message, hint } = reportOf(error);
    return [bad('database', message, hint ?? 'see the cause')];
  }
  return [
    reachable(url, found),
    roundTrip(found),
    durability(found),
    rights(found),
    schema(found),
    clock(found),
    connections(found),
  ];
}

function reachable(url: string, { version, bytes, isStandby }: DatabaseInspection): Finding {
  const text = `${describeDatabase(url)}: server ${version}, ${Math.ceil(bytes / 1024)} KiB`;
  if (!isStandby) return good('database', text);
  return bad('database', `${text}; it is a standby`, 'name the primary: a standby takes no writes');
}

function roundTrip({ roundTripMs }: DatabaseInspection): Finding {
  const text = `${roundTripMs.toFixed(1)} ms to the server and back`;
  if (roundTripMs <= roundTripMsMax) return good('network', text);
  const hint = `above ${roundTripMsMax} ms every write waits: run the program nearer to its database`;
  return bad('network', text, hint);
}

/** The program insists on synchronous_commit for its own sessions, so that only the others matter. */
function durability({ settings }: DatabaseInspection): Finding {
  const text = Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  for (const name of ['fsync', 'full_page_writes'] as const) {
    if (settings[name] === 'on') continue;
    const hint = `set ${name} = on in postgresql.conf of the server and reload it: without it a power cut damages the database`;
    return bad('durability', text, hint);
  }
  return good('durability', text);
}

function rights({ missingRights, place }: DatabaseInspection): Finding {
  const [first] = missingRights;
  if (first === undefined) return good('rights', `${place.user} has those that it takes`);
  return bad(
    'rights',
    `${place.user} lacks ${missingRights.join('; ')}`,
    `as the owner of the database, run: GRANT ... TO ${place.user}, or make it the owner of the schema plinth`,
  );
}

function schema({ schemaVersion, knownVersion }: DatabaseInspection): Finding {
  if (schemaVersion === 0) return good('schema', 'there are no tables yet: the first start makes them');
  if (schemaVersion <= knownVersion) {
    const next = schemaVersion < knownVersion ? `; the next start brings it to ${knownVersion}` : '';
    return good('schema', `version ${schemaVersion}${next}`);
  }
  return bad(
    'schema',
    `version ${schemaVersion}, this program knows up to ${knownVersion}`,
    'run the version of Plinth that wrote it or a newer one, or restore a backup made before the upgrade',
  );
}

function clock({ clockAheadMs, roundTripMs }: DatabaseInspection): Finding {
  const way = clockAheadMs < 0 ? 'behind' : 'ahead of';
  const text = `the server's clock is ${Math.abs(clockAheadMs / 1000).toFixed(1)} s ${way} this one`;
  if (Math.abs(clockAheadMs) <= clockAheadMsMax + roundTripMs) return good('skew', text);
  return bad(
    'skew',
    text,
    'let both machines take the time from the same servers, with chrony or systemd-timesyncd',
  );
}

function connections({ connections: taken, connectionsMax }: DatabaseInspection): Finding {
  const text = `${taken} of ${connectionsMax} connections taken`;
  if (taken + connectionsNeeded <= connectionsMax) return good('connections', text);
  return bad('connections', text, 'raise max_connections on the server, or end what uses them up');
}
