import { type CelType, formatType } from './checking/cel-type.ts';
import { type CheckedExpression, Checker } from './checking/checker.ts';
import type { CelLibrary } from './checking/declaration.ts';
import { literalFaults } from './checking/literal-validation.ts';
import { Declarations } from './checking/scope.ts';
import { Substitution } from './checking/substitution.ts';
import type { CostBudget } from './cost/cost-budget.ts';
import type { Range } from './cost/cost-estimate.ts';
import { estimateCost } from './cost/estimator.ts';
import { type Evaluator, Frame } from './evaluation/frame.ts';
import { toPlain } from './evaluation/plain.ts';
import { plan } from './evaluation/planner.ts';
import { perCallLimit } from './limits.ts';
import { CelCompileError, CelEvaluationError } from './problem.ts';
import { standardLibrary } from './standard/standard-library.ts';
import type { Expression } from './syntax/expression.ts';
import { type MacroTable, macroTable, parse } from './syntax/parser.ts';
import { type Fault, locate } from './syntax/source.ts';
import { SyntaxFault } from './syntax/syntax-fault.ts';

/** What expressions of an environment can use. */
export interface CelEnvironmentOptions {
  /** The types of the variables, by name. A name may have dots. */
  readonly variables: Readonly<Record<string, CelType>>;
  /** Libraries beside the language itself, e.g. `kubernetesLibraries`. */
  readonly libraries?: readonly CelLibrary[];
  /** Prefix under which names are looked up first, e.g. `google.rpc`. */
  readonly container?: string;
}

/** How one expression is compiled. */
export interface CompileOptions {
  /** The types its result may have; any type when absent. */
  readonly result?: CelType | readonly CelType[];
  /** False leaves all type errors to evaluation. */
  readonly check?: boolean;
}

/** A compiled expression. It holds no state, and may be evaluated any number of times. */
export interface CelProgram {
  readonly expression: string;
  /** The type of the result. */
  readonly type: CelType;
  /** Bounds of the cost from declared sizes, as Kubernetes estimates them; `max` is Infinity where nothing bounds it. */
  readonly estimatedCost: Range;
  /** Names of the variables it reads. */
  readonly variables: ReadonlySet<string>;
  /**
   * The value as plain JavaScript: int and uint are bigint, double is number, lists are arrays, maps with string keys
   * are objects and other maps are Maps, an empty optional is undefined, JSON is given back as it was passed in.
   * Timestamps, durations and Kubernetes types stay instances of their classes, with `toString()`.
   *
   * @param variables - plain JSON; nothing of it is copied or changed. Whole numbers are read as int, others as double,
   *   unless the type of the variable says otherwise.
   * @param budget - what all expressions of a request may cost; one evaluation stops at `perCallLimit` by itself.
   * @throws CelEvaluationError when there is no value; CelUnknown when it depends on an `UnknownValue`;
   *   CelCostExceeded when the budget is used up.
   */
  evaluate(variables: Readonly<Record<string, unknown>>, budget: CostBudget): unknown;
  /** As `evaluate`, but the value is of a form that can be passed to another expression without losing its type. */
  evaluateValue(variables: Readonly<Record<string, unknown>>, budget: CostBudget): unknown;
}

/** Variables, functions and rules, against which expressions are compiled. */
export class CelEnvironment {
  readonly #declarations: Declarations;
  readonly #macros: MacroTable;
  readonly #homogeneousLiterals: boolean;
  readonly #validateLiterals: boolean;

  /** @param options - what expressions can use. */
  constructor({ variables, libraries = [], container = '' }: CelEnvironmentOptions) {
    const all = [standardLibrary, ...libraries];
    this.#declarations = new Declarations(
      new Map(Object.entries(variables)),
      all.flatMap(({ constants = [] }) => constants),
      all.flatMap(({ functions = [] }) => functions),
      container,
    );
    this.#macros = macroTable(all.flatMap(({ macros = [] }) => macros));
    this.#homogeneousLiterals = all.some(({ homogeneousLiterals }) => homogeneousLiterals === true);
    this.#validateLiterals = all.some(({ validateLiterals }) => validateLiterals === true);
  }

  /**
   * Parses an expression, checks its types and prepares its evaluation.
   *
   * @throws CelCompileError with every problem found, each with line and column.
   */
  compile(expression: string, { result, check = true }: CompileOptions = {}): CelProgram {
    const checked = this.#check(expression, this.#parse(expression), check);
    const type = checked.types.get(checked.root);
    if (type === undefined) throw new CelEvaluationError('the checker has left the root without a type');
    if (check && result !== undefined) expectResult(expression, type, result);
    return new Program(expression, type, checked);
  }

  #parse(expression: string): Expression {
    try {
      return parse(expression, this.#macros);
    } catch (error) {
      if (error instanceof SyntaxFault) throw compileError(expression, [error]);
      throw error;
    }
  }

  #check(expression: string, root: Expression, strict: boolean): CheckedExpression {
    const checker = new Checker(this.#declarations, {
      homogeneousLiterals: this.#homogeneousLiterals,
      strict,
    });
    const checked = checker.check(root);
    const faults = [...checker.faults];
    if (strict && this.#validateLiterals) faults.push(...literalFaults(checked));
    if (faults.length > 0) throw compileError(expression, faults);
    return checked;
  }
}

class Program implements CelProgram {
  readonly expression: string;
  readonly type: CelType;
  readonly variables: ReadonlySet<string>;
  /** Made when it is first needed: many an expression is compiled only to see whether it is right. */
  #plan: Evaluator | undefined;
  readonly #checked: CheckedExpression;
  #estimate: Range | undefined;

  constructor(expression: string, type: CelType, checked: CheckedExpression) {
    this.expression = expression;
    this.type = type;
    this.#checked = checked;
    this.variables = new Set(
      [...checked.references.values()].filter(({ kind }) => kind === 'variable').map(({ name }) => name),
    );
  }

  get estimatedCost(): Range {
    this.#estimate ??= estimateCost(this.#checked);
    return this.#estimate;
  }

  evaluate(variables: Readonly<Record<string, unknown>>, budget: CostBudget): unknown {
    return this.#run(variables, budget, true);
  }

  evaluateValue(variables: Readonly<Record<string, unknown>>, budget: CostBudget): unknown {
    return this.#run(variables, budget, false);
  }

  #run(variables: Readonly<Record<string, unknown>>, budget: CostBudget, isPlain: boolean): unknown {
    this.#plan ??= plan(this.#checked);
    const frame = Frame.take(variables, perCallLimit, budget);
    try {
      const value = this.#plan.evaluate(frame);
      return isPlain ? toPlain(value, frame.work) : value;
    } catch (error) {
      // The depth of an expression is limited when it is compiled, that of JSON only by whoever reads it.
      if (!(error instanceof RangeError)) throw error;
      throw new CelEvaluationError('a value is nested too deeply', { cause: error });
    } finally {
      charge(budget, frame.used);
      frame.release();
    }
  }
}

/** Books what an evaluation used. The evaluation itself has stopped at the limit, so this adds at most one step. */
function charge(budget: CostBudget, used: number): void {
  budget.spend(Math.min(used, budget.limit - budget.used));
}

function expectResult(expression: string, type: CelType, expected: CelType | readonly CelType[]): void {
  const types = 'kind' in expected ? [expected] : expected;
  if (types.some((allowed) => new Substitution().assign(allowed, type))) return;
  const names = types.map(formatType).join(' or ');
  throw compileError(expression, [
    { message: `must evaluate to ${names}, but is of type ${formatType(type)}`, offset: 0 },
  ]);
}

function compileError(expression: string, faults: readonly Fault[]): CelCompileError {
  return new CelCompileError(faults.map((fault) => locate(expression, fault)));
}
