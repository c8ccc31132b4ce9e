import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

const NO_MARKUP_FROM_TEXT = [
  {
    selector: 'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTML)$/]',
    message: 'Text from the wire is never markup.',
  },
];

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/protocol/frames.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      'no-restricted-syntax': ['error', ...NO_MARKUP_FROM_TEXT],
      'svelte/no-at-html-tags': 'error',
      'max-lines': ['error', 300],
      '@typescript-eslint/no-non-null-assertion': 'error',
      // The picture is drawn by hand from plain Maps, far from deep reactivity, on purpose.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    // A catalogue is one table, and easiest to compare with the others as one.
    files: ['src/words/??.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
);
