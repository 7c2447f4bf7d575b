import type { Fault } from './source.ts';

/** Stops the parser; the compiler turns it into a problem with line and column. */
export class SyntaxFault extends Error implements Fault {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'SyntaxFault';
    this.offset = offset;
  }
}
