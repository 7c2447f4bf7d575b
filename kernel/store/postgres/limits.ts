/** Every bound of the PostgreSQL engine: unit, default, reason. */

/** The oldest server that is used, as `server_version_num` gives it: 13 is the first with all that is set per session. */
export const serverVersionMin = 130_000;

/** Milliseconds for a connection to be there, with its password exchange, and for a good-bye. */
export const connectMsMax = 5_000;
export const goodbyeMsMax = 1_000;

/** What bounds a session, in milliseconds. */
export interface SessionBounds {
  /** How long it may hold a transaction open without a word: the server ends it then. */
  readonly idleInTransaction: number;
  /** How long it waits for a lock. */
  readonly lock: number;
  /** How long the server may work on one statement. */
  readonly statement: number;
  /** After how long without an answer the connection counts as lost: longer than any bound of the server. */
  readonly answer: number;
  /** How long the server waits for a peer that takes nothing, such as a process that is paused while it is sent much. */
  readonly unsent: number;
}

/** What a session is for. */
export type SessionUse = 'write' | 'read' | 'work' | 'migrate';

/**
 * Writers hold the lock that all others wait for: two seconds are far above what a busy event loop needs between two
 * statements, and what all processes stand still for when one is paused. They wait for it longer than several paused
 * ones, one behind the other, can hold it. Readers hold a snapshot between two chunks. Work at the tables may scan them
 * whole, and a migration takes as long as it takes.
 */
export const sessionBounds: Readonly<Record<SessionUse, SessionBounds>> = {
  write: { idleInTransaction: 2_000, lock: 8_000, statement: 10_000, answer: 15_000, unsent: 4_000 },
  read: { idleInTransaction: 60_000, lock: 8_000, statement: 10_000, answer: 15_000, unsent: 15_000 },
  work: { idleInTransaction: 60_000, lock: 8_000, statement: 300_000, answer: 310_000, unsent: 15_000 },
  migrate: {
    idleInTransaction: 60_000,
    lock: 3_600_000,
    statement: 3_600_000,
    answer: 3_610_000,
    unsent: 15_000,
  },
};

/** UTF-16 units of values in one statement of a group, unless one value alone is larger. */
export const pieceBytesMax = 1024 * 1024;

/** Milliseconds between attempts to connect: the first one comes soon, because a restart takes about one second. */
export const reconnectMsMin = 50;
export const reconnectMsMax = 2_000;

/**
 * Milliseconds to find out what became of a group whose connection was lost, before its callers are told that nobody knows;
 * and what is left of them when the store is closed meanwhile.
 */
export const doubtMsMax = 60_000;
export const closingDoubtMsMax = 3_000;

/** Milliseconds between looks for what others have committed: while something comes, and while nothing does. */
export const pollBusyMs = 25;
export const pollIdleMs = 500;

/** Milliseconds for which a process counts as busy after something came. */
export const busyForMs = 2_000;

/** Milliseconds between two hints to other processes at the least: NOTIFY takes a lock of its own in the server. */
export const hintEveryMs = 10;

/** Rows, and bytes of their values, that one look brings at most; it is repeated until there is nothing more. */
export const lookRowsMax = 1_000;
export const lookBytesMax = 4 * 1024 * 1024;

/** Revisions, or groups, that a process may lag behind and still catch up while it holds the write lock. */
export const lagMax = 2_000;

/** Bytes of values that one chunk of rows aims at while loading, and rows that it has at most. */
export const chunkBytes = 2 * 1024 * 1024;
export const chunkRowsMax = 10_000;

/** Rows that are deleted in one statement, so that none of them takes long. */
export const deletedRowsMax = 1_000;

/** Entries that one read of an append-only log brings at most. */
export const entriesReadMax = 5_000;

/** Milliseconds between two looks at the size of the tables. */
export const sizeEveryMs = 30_000;

/** Days after which the note of a process that does not write any more is deleted. */
export const writerDaysMax = 7;
