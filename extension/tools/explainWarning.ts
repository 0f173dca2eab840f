import { GeometryError } from '../contract/errors.js';
import { explanations } from './explanations.js';
import type { Tool } from './tool.js';

export const explainWarning: Tool = {
  name: 'explain_warning',
  title: 'Explain a Warning',
  description:
    'What a code in square brackets behind a warning, or the code of an error, means, what it does to the numbers, and what can be done.',
  userDescription: 'Explains the code of a warning. Reads no file.',
  parameters: { code: { description: 'The code, as spectra-estimated.' } },
  doing: ({ code }) => `Explaining ${code ?? ''}`,
  run: ({ input }) => {
    const code = input.code!.replaceAll(/[[\]\s]/g, '');
    const found = Object.hasOwn(explanations, code) ? explanations[code] : undefined;
    if (found === undefined) {
      const known = Object.keys(explanations).sort().join(', ');
      return Promise.reject(
        new GeometryError('not-found', `There is no code ${JSON.stringify(code)}; there are ${known}.`),
      );
    }
    return Promise.resolve(`${code}: ${found.means} ${found.todo}`);
  },
};
