/** Why a source that could be read is not applied, besides what sources themselves fail with. */
export type WorkspaceErrorCode = 'KustomizeUnsupported' | 'Forbidden';
