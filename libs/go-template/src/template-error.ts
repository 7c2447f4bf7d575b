/** A template that cannot be read, or that fails while it is executed; the message is that of Go's text/template. */
export class TemplateError extends Error {
  override name = 'TemplateError';
}
