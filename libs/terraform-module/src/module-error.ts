/** What was given is no module that can be published; the message says where and what to do. */
export class ModuleError extends Error {
  override name = 'ModuleError';
}
