import type { Emission } from '../emission.js';
import { applyOne, type Operator, type Tensor } from '../tensor.js';
import { add, exp, mul, neg, sub } from './arithmetic.js';
import { scalarLike } from './input.js';

/** erf(√s)/√s on 0 ≤ s ≤ 1/4 in powers of 8s − 1; Chebyshev interpolation at 60 digits. */
const NEAR = [
  1.0830752376761712, -0.04364205888669792, 0.0016130716680617073, -4.762336934468488e-5, 1.15160377952332e-6,
  -2.3472291635348667e-8, 4.1270251519374495e-10, -6.374417501929377e-12, 8.777607488642354e-14,
  -1.089374832139376e-15,
];

/** exp(z²) erfc(z) on 1/2 ≤ z ≤ 6 in powers of ((z − 2)/(z + 2) + 0.05)/0.55; Chebyshev interpolation at 60 digits. */
const FAR = [
  0.27736900762083944, -0.2485701088698121, 0.07669952688522068, -0.01323485181297246, 0.0001789924048116231,
  0.0003623587600824328, -1.3901031787117155e-5, -1.4983397491759024e-5, -2.619628403414821e-7,
  7.239388991335896e-7, 1.0223848063362543e-7, -2.6599644811271248e-8, -1.0795511718430239e-8,
  -3.739891163527198e-10, 6.459597063071281e-10, 1.713302587555308e-10, -6.357616114134767e-12,
  -1.2595356907920959e-11, -2.083187667275798e-12,
];

/** erf in float64, of which onnxruntime has no kernel: within two units in the last place (relative 5e-16). */
const emitDoubleErf = (emission: Emission): void => {
  const [x] = emission.inputs as [string];
  const number = (value: number) => emission.constant('float64', [], [value]);
  const say = (operator: string, ...inputs: string[]) => emission.value(operator, inputs);
  const polynomial = (coefficients: readonly number[], at: string): string =>
    coefficients
      .slice(0, -1)
      .reduceRight(
        (value, coefficient) => say('Add', say('Mul', value, at), number(coefficient)),
        number(coefficients.at(-1)!),
      );
  const square = say('Mul', x, x);
  const near = say('Mul', x, polynomial(NEAR, say('Sub', say('Mul', square, number(8)), number(1))));
  const z = say('Min', say('Abs', x), number(6));
  const ratio = say('Div', say('Sub', z, number(2)), say('Add', z, number(2)));
  const at = say('Div', say('Add', ratio, number(0.05)), number(0.55));
  const tail = say('Mul', say('Exp', say('Neg', say('Mul', z, z))), polynomial(FAR, at));
  const far = say('Mul', say('Sign', x), say('Sub', number(1), tail));
  emission.add('Where', [say('Less', z, number(0.5)), near, far], emission.outputs);
};

export const erfOperator: Operator<null> = {
  name: 'Erf',
  infer: ([source]) => [{ dtype: source!.dtype, shape: source!.shape }],
  emit: (emission) => {
    if (emission.node.outputs[0]!.dtype === 'float64') emitDoubleErf(emission);
    else emission.add('Erf', emission.inputs, emission.outputs);
  },
  gradient: ({ inputs, upstream }) => {
    const [x] = inputs as [Tensor];
    return [mul(upstream, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))];
  },
};

export const erf = (x: Tensor): Tensor => applyOne(erfOperator, [x], null);

/**
 * t (1 + erf t), which is √2 · GELU(√2 t): the product before it gives t, the product after it takes 1/√2, so that GELU
 * costs no scaling pass. The derivative is (1 + erf t) + t · 2/√π · exp(−t²).
 */
export const erfGateOperator: Operator<null> = {
  name: 'ErfGate',
  infer: ([t]) => [{ dtype: t!.dtype, shape: t!.shape }],
  emit: (emission) => emission.add('Mul', emission.inputs, emission.outputs),
  gradient: ({ inputs, upstream }) => {
    const [t, gate] = inputs as [Tensor, Tensor];
    const density = exp(sub(scalarLike(t, Math.log(2 / Math.sqrt(Math.PI))), mul(t, t)));
    return [mul(upstream, add(gate, mul(t, density))), undefined];
  },
};

/** t (1 + erf t) = √2 · GELU(√2 t). */
export const erfGate = (t: Tensor): Tensor => applyOne(erfGateOperator, [t, add(erf(t), 1)], null);
