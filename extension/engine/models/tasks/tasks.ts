import type { TaskName } from '../../../contract/descriptor.js';

const multiply = (a: number, b: number, prime: number): number => (a * b) % prime;

/** The answer to (a, b), for 0 ≤ a, b < prime. */
type Answer = (a: number, b: number, prime: number) => number;

/** The modular tasks of 2602.16746 (section 2) and 2602.18649: one row each. */
const answers: Readonly<Record<TaskName, Answer>> = {
  add: (a, b, prime) => (a + b) % prime,
  sub: (a, b, prime) => (a - b + prime) % prime,
  mul: multiply,
  x2_y2: (a, b, prime) => (multiply(a, a, prime) + multiply(b, b, prime)) % prime,
  x2_xy_y2: (a, b, prime) => (multiply(a, a, prime) + multiply(a, b, prime) + multiply(b, b, prime)) % prime,
  x3_xy: (a, b, prime) => (multiply(multiply(a, a, prime), a, prime) + multiply(a, b, prime)) % prime,
};

/** The label of the pair (a, b) under a task, modulo `prime`. */
export const taskLabel = (task: TaskName, a: number, b: number, prime: number): number =>
  answers[task](a, b, prime);

/** Labels of `count` pairs [a₀, b₀, a₁, b₁, …] under a task. */
export const taskLabels = (task: TaskName, pairs: Int32Array, prime: number): Int32Array => {
  const answer = answers[task];
  const labels = new Int32Array(pairs.length / 2);
  for (let i = 0; i < labels.length; i++) labels[i] = answer(pairs[2 * i]!, pairs[2 * i + 1]!, prime);
  return labels;
};
