import tseslint from 'typescript-eslint';

/** The arrows of the design: host → contract ← engine; cli → engine; webview → contract. */
const onlyHostImportsVscode = {
  name: 'vscode',
  message: 'Only extension/host and extension/extension.ts import vscode.',
};
/** A named pipe hangs what opens it, and a link leads writers elsewhere: extension/disk reads and writes. */
const filesThroughDisk = {
  name: 'node:fs/promises',
  importNames: ['readFile', 'writeFile', 'appendFile', 'open', 'mkdir', 'copyFile'],
  message: 'Files are read and written through extension/disk.',
};
const forbid = (patterns, ...paths) => ({
  'no-restricted-imports': 'off',
  '@typescript-eslint/no-restricted-imports': ['error', { paths, patterns }],
});
const layer = (group, message) => ({ group, message });

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      'extension/engine/onnx/onnx_pb.ts',
      '**/assembly/**',
      '**/*.generated.ts',
      'test/fixtures/',
    ],
  },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts', '**/*.tsx'] })),
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'off', // indexed access inside a bounded loop
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['extension/contract/**/*.{ts,tsx}'],
    rules: forbid(
      [
        layer(
          ['**/engine/**', '**/host/**', '**/cli/**', '**/webview/**', 'node:*'],
          'The contract imports the validation library only.',
        ),
      ],
      onlyHostImportsVscode,
    ),
  },
  {
    files: ['extension/disk/**/*.{ts,tsx}'],
    rules: forbid(
      [
        layer(
          ['**/engine/**', '**/host/**', '**/cli/**', '**/processes/**', '**/webview/**'],
          'Files and claims are the ground floor: they know the contract only.',
        ),
      ],
      onlyHostImportsVscode,
    ),
  },
  {
    files: ['extension/queue/**/*.{ts,tsx}'],
    rules: forbid(
      [
        layer(
          ['**/engine/**', '**/host/**', '**/cli/**', '**/processes/**', '**/webview/**'],
          'The queue knows launchers by their interface only.',
        ),
      ],
      onlyHostImportsVscode,
    ),
  },
  {
    files: ['extension/processes/**/*.{ts,tsx}'],
    rules: forbid(
      [
        layer(
          ['**/engine/**', '**/host/**', '**/cli/**', '**/webview/**'],
          'Who starts the child processes knows them by the contract only.',
        ),
      ],
      onlyHostImportsVscode,
    ),
  },
  {
    files: ['extension/engine/**/*.{ts,tsx}'],
    rules: forbid(
      [
        layer(
          ['**/host/**', '**/cli/**', '**/webview/**', '**/extension/processes/**'],
          'The engine knows the contract only.',
        ),
      ],
      onlyHostImportsVscode,
      filesThroughDisk,
    ),
  },
  {
    files: ['extension/cli/**/*.{ts,tsx}'],
    rules: forbid(
      [layer(['**/host/**', '**/webview/**'], 'The command line knows the engine and the contract.')],
      onlyHostImportsVscode,
    ),
  },
  {
    files: ['extension/host/**/*.ts', 'extension/extension.ts'],
    rules: forbid([
      layer(
        ['**/engine/**', '**/cli/**', '**/webview/**', 'onnxruntime-*'],
        'The host computes nothing: it talks to child processes through the contract.',
      ),
    ]),
  },
  {
    files: ['webview/**/*.{ts,tsx}'],
    rules: forbid(
      [
        layer(
          ['**/engine/**', '**/host/**', '**/cli/**', 'node:*'],
          'The webview imports extension/contract only.',
        ),
      ],
      onlyHostImportsVscode,
    ),
  },
  {
    files: ['test/**/*.ts', 'test/**/*.tsx'],
    rules: { '@typescript-eslint/no-floating-promises': 'error', '@typescript-eslint/require-await': 'off' },
  },
);
