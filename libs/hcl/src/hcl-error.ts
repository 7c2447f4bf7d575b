/** A text is not in the native syntax of HCL: which file, with line and column as the parser tells them. */
export class HclError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HclError';
  }
}
