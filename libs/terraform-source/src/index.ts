export { SourceError } from './hcl.ts';
export { judgeSource, type SourceOptions } from './judge-source.ts';
export type { ResourceSchemas, SourceFile } from './source-view.ts';
