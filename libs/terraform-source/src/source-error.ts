/** The text is no HCL, with file, line and column, or has a name that the schema does not have. */
export class SourceError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceError';
  }
}
