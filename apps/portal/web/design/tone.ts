/** What a state means for who looks at it. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle';

const words: Readonly<Record<Tone, readonly string[]>> = {
  good: [
    'Ready',
    'Active',
    'Applied',
    'Succeeded',
    'Approved',
    'True',
    'Done',
    'Complete',
    'Bound',
    'Healthy',
    'Approve',
    'Established',
  ],
  busy: ['Running', 'Applying', 'Progressing', 'Planning', 'Compensating', 'Retrying', 'Terminating'],
  warn: ['Pending', 'Waiting', 'Paused', 'Unknown', 'Expired', 'Warning', 'Uncertain', 'Warn', 'Drifted'],
  bad: ['Failed', 'Refused', 'Rejected', 'Error', 'False', 'Denied', 'Reject', 'Deny', 'Canceled'],
  idle: ['None', 'Normal', 'Audit'],
};

const toneByWord = new Map<string, Tone>();
for (const tone of ['good', 'busy', 'warn', 'bad', 'idle'] as const) {
  for (const word of words[tone]) toneByWord.set(word, tone);
}

/** The tone of a word of the API; undefined when it is no word for a state. */
export function toneOf(word: string): Tone | undefined {
  return toneByWord.get(word);
}

/** Whether the cells of a column are states, by its name. */
export function isStateColumn(name: string): boolean {
  return /^(phase|status|state|ready|decision|drifted|outcome)$/i.test(name);
}
