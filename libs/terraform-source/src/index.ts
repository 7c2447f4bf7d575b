export { judgeSource, type SourceOptions } from './judge-source.ts';
export { SourceError } from './source-error.ts';
export type { ResourceSchemas, SourceFile } from './source-view.ts';
