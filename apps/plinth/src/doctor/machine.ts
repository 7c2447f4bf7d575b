import {
  closeSync,
  fsyncSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { codeOf, reportOf } from '../cli/failure.ts';
import { clockFile, describeSetBack, judgeClock } from '../up/clock-record.ts';
import { explainStart } from '../up/start-failure.ts';
import { bad, type Finding, good } from './check.ts';

const nodeMajorMin = 24;
const mebibyte = 1024 * 1024;
/** The log of the store, a checkpoint and a compaction of a large store fit in here. */
const freeBytesMin = 256 * mebibyte;
/** Above this a write takes longer than people and leases have patience for. */
const syncMsMax = 50;
const syncs = 9;
/** File systems count time in steps of up to 2 s. */
const fileTimeMsMax = 3_000;

/** Whether this Node runs Plinth. */
export function examineNode(): Finding {
  const { node } = process.versions;
  return Number.parseInt(node, 10) >= nodeMajorMin
    ? good('node', `Node ${node}`)
    : bad('node', `Node ${node} is too old`, `install Node ${nodeMajorMin} or newer`, process.execPath);
}

/** Whether the disk has space. */
export function examineSpace(directory: string): Finding {
  const { bavail, bsize, blocks, ffree, files } = statfsSync(directory);
  const freeBytes = bavail * bsize;
  const text = `${size(freeBytes)} of ${size(blocks * bsize)} free`;
  if (freeBytes < freeBytesMin) {
    return bad(
      'disk',
      text,
      `free space on the file system: below ${size(freeBytesMin)} writes may soon fail`,
      directory,
    );
  }
  // File systems without a bound on files report 0 of 0.
  if (files > 0 && ffree === 0)
    return bad('disk', 'no file can be made: no inodes are left', 'remove files', directory);
  return good('disk', text);
}

/** How long the disk takes to make a write durable: the median of a few. */
export function examineSync(directory: string): Finding {
  const path = join(directory, `sync-probe-${process.pid}`);
  let file: number | undefined;
  try {
    file = openSync(path, 'wx', 0o600);
    const block = Buffer.alloc(4096, 1);
    const times: number[] = [];
    for (let i = 0; i < syncs; i++) {
      const startedAt = performance.now();
      writeSync(file, block);
      fsyncSync(file);
      times.push(performance.now() - startedAt);
    }
    const medianMs = times.sort((a, b) => a - b)[Math.floor(syncs / 2)] ?? 0;
    const text = `${medianMs.toFixed(1)} ms to make a write durable`;
    return medianMs <= syncMsMax
      ? good('fsync', text)
      : bad(
          'fsync',
          text,
          `above ${syncMsMax} ms every write waits: put the data on a faster disk`,
          directory,
        );
  } catch (error) {
    const { message, hint } = reportOf(error);
    return bad('fsync', message, hint ?? 'see the cause', directory);
  } finally {
    if (file !== undefined) {
      closeSync(file);
      rmSync(path, { force: true });
    }
  }
}

/** Whether the clock is where it was when Plinth last ran. */
export function examineClock(directory: string, nowMs: number): Finding {
  const verdict = judgeClock(directory, nowMs);
  const path = clockFile(directory);
  switch (verdict.state) {
    case 'good':
      return good('clock', `${new Date(nowMs).toISOString()}, not before the last run`);
    case 'unknown':
      return good('clock', `${new Date(nowMs).toISOString()}; no run to compare it with`);
    case 'unreadable':
      return bad(
        'clock',
        `${path} is not an instant: "${verdict.found}"`,
        'remove the file; a start writes it anew',
        path,
      );
    default: {
      const { message, hint } = describeSetBack(verdict);
      return bad('clock', message, hint, path);
    }
  }
}

/**
 * Whether files get the time that this machine has. Where the data lie on another machine, its clock is the one that
 * files get.
 */
export function examineFileTime(directory: string, now: () => number): Finding {
  const path = join(directory, `time-probe-${process.pid}`);
  const beforeMs = now();
  try {
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
    const aheadMs = statSync(path).mtimeMs - (beforeMs + now()) / 2;
    const text = `files get a time ${Math.abs(aheadMs / 1000).toFixed(1)} s ${aheadMs < 0 ? 'behind' : 'ahead of'} the clock`;
    if (Math.abs(aheadMs) <= fileTimeMsMax) return good('skew', text);
    return bad(
      'skew',
      text,
      'let the machine that serves the files take its time from the same servers',
      directory,
    );
  } catch (error) {
    const { message, hint } = reportOf(error);
    return bad('skew', message, hint ?? 'see the cause', directory);
  } finally {
    rmSync(path, { force: true });
  }
}

/** Whether the port can be listened on; asked when no control plane runs on this data. */
export async function examinePort(server: string): Promise<Finding> {
  const url = new URL(server);
  const place = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 443) };
  const problem = await new Promise<unknown>((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen(place.port, place.host, () => probe.close(() => resolve(undefined)));
  });
  if (problem === undefined) return good('port', `${url.host} is free`);
  const { message, hint } = reportOf(explainStart(problem, place));
  return bad('port', message, hint ?? `the system says ${codeOf(problem) ?? 'nothing more'}`);
}

function size(bytes: number): string {
  const gibibytes = bytes / (1024 * mebibyte);
  return gibibytes >= 1 ? `${gibibytes.toFixed(1)} GiB` : `${Math.floor(bytes / mebibyte)} MiB`;
}
