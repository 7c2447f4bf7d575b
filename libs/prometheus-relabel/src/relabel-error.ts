/** A relabeling rule that Prometheus would not take, in its words. */
export class RelabelError extends Error {
  override name = 'RelabelError';
}
