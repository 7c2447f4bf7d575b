/** Schema of histograms whose bounds are listed ("native histograms with custom buckets"). */
export const customBucketsSchema = -53;
/** Coarsest and finest resolution of exponential buckets. Spec: Prometheus 3.14, model/histogram/generic.go. */
export const coarsestSchema = -4;
export const finestSchema = 8;

export function isExponentialSchema(schema: number): boolean {
  return Number.isInteger(schema) && schema >= coarsestSchema && schema <= finestSchema;
}
