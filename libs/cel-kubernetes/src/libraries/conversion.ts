import { CelEvaluationError } from '../problem.ts';

/** Whether a conversion from text succeeds. */
export function converts(convert: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      convert(text);
      return true;
    } catch (error) {
      if (error instanceof CelEvaluationError) return false;
      throw error;
    }
  };
}
