import type { CommandSpec, OptionSpec } from './cli/command.ts';
import { data } from './cli/shared-options.ts';

const passphraseFile: OptionSpec = {
  name: 'passphrase-file',
  value: 'FILE',
  description: 'File with the passphrase, in one line, that encrypts or opens the backup.',
};
const identity: OptionSpec = {
  name: 'identity',
  value: 'FILE',
  description: 'File with age secret keys that open the backup.',
};

/** The commands that keep, move and renew what a control plane has stored. */
export const storeCommands: readonly CommandSpec[] = [
  {
    name: 'backup',
    summary: 'Back a control plane up while it runs, or verify a backup',
    positionals: [
      {
        name: 'FILE|DIR|verify',
        required: false,
        description: 'Where to; in a directory the name says when. Or verify, and then the file.',
      },
      { name: 'FILE', required: false, description: 'The backup to verify.' },
    ],
    options: [
      data,
      {
        name: 'kubeconfig',
        value: 'FILE',
        description: 'Back up the control plane that this reaches, as an administrator, instead of --data.',
      },
      {
        name: 'database',
        value: 'URL',
        description: 'Back up this PostgreSQL database; keys and heads of audit logs come from --data.',
      },
      { name: 'keys', value: 'DIR', description: 'Where the keys are, when not in --data.' },
      { name: 'without-keys', description: 'Leave keys and certificates out, to keep them elsewhere.' },
      passphraseFile,
      {
        name: 'recipient',
        value: 'AGE-KEY',
        many: true,
        description: 'Encrypt for the owner of this age public key; may be repeated.',
      },
      identity,
    ],
    notes: [
      'The archive is tar.gz, encrypted with age when asked: tar, gzip and age read it, too.',
      'It holds one revision, whatever is written meanwhile; all that was acknowledged before it began is in it.',
      'verify restores it into an empty place beside it, compares, and removes the place.',
    ],
    examples: [
      'plinth backup /var/backups --passphrase-file /etc/plinth/passphrase',
      'plinth backup --data /var/lib/plinth --recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
      'plinth backup verify plinth-20261121T020000Z.tar.gz.age --passphrase-file /etc/plinth/passphrase',
    ],
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'restore',
    summary: 'Restore a backup into an empty data directory',
    positionals: [{ name: 'FILE', required: true, description: 'The backup.' }],
    options: [
      data,
      {
        name: 'database',
        value: 'URL',
        description:
          'Put the objects into this empty PostgreSQL database, and only keys and files into --data.',
      },
      passphraseFile,
      identity,
    ],
    notes: [
      'Hashes, counts, signed checkpoints and sealed values are checked, and all that was restored is read back.',
      'The store goes on from a far higher revision, so that clients that remember a later one list anew.',
    ],
    examples: [
      'plinth restore plinth-20261121T020000Z.tar.gz --data /var/lib/plinth',
      'plinth restore backup.tar.gz.age --passphrase-file /etc/plinth/passphrase',
    ],
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'upgrade',
    summary: 'Bring the tables of a store to the version of this program',
    positionals: [],
    options: [
      data,
      {
        name: 'database',
        value: 'URL',
        description: 'The store in this PostgreSQL database, instead of --data.',
      },
      {
        name: 'dry-run',
        description: 'Do it on a copy, or in a transaction that is rolled back, and say what it does.',
      },
    ],
    notes: [
      'A start does it by itself. The control plane must not run. A copy of the store as it was is kept beside it.',
    ],
    examples: ['plinth upgrade --dry-run --data /var/lib/plinth'],
    load: () => import('./commands/upgrade.ts'),
  },
  {
    name: 'migrate',
    summary: 'Move the store of a data directory into a PostgreSQL database',
    positionals: [],
    options: [
      data,
      { name: 'database', value: 'URL', description: 'The empty database, as for plinth up.' },
      { name: 'keys', value: 'DIR', description: 'Where the keys are, when not in --data.' },
    ],
    notes: [
      'The control plane must not run. Every object keeps its revision, and every entry of the audit log its place.',
      'Both stores are read in full and compared. Interrupted, it has changed nothing, and is run again.',
    ],
    examples: ['plinth migrate --data /var/lib/plinth --database postgres://plinth@db.example/plinth'],
    load: () => import('./commands/migrate.ts'),
  },
];
