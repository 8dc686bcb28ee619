import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const shippedRooms = ['lib', 'schemas', 'providers', 'middleware', 'jobs'].map((room) => `${room}/**/*.ts`);
const countedLines = { skipBlankLines: true, skipComments: true };

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'docs/.vitepress/{cache,dist}/', 'docs/reference/']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // What factories hand out closes over what it needs: there is no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // The compiler knows the names.
      'no-undef': 'off',
      eqeqeq: 'error',
    },
  },
  {
    // A room stays liveable while its files and functions are small.
    files: shippedRooms,
    rules: {
      'max-lines': ['error', { max: 200, ...countedLines }],
      'max-lines-per-function': ['error', { max: 40, ...countedLines }],
      'no-console': 'error',
    },
  },
  {
    // Schema definitions are made of plain objects, and winston's transports of instances, that the types miss.
    files: ['schemas/**', 'spec/**', 'lib/logger.ts'],
    rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' },
  },
  {
    files: ['spec/**'],
    rules: {
      // Matchers are typed as any, and a spec may assert that something is there.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // JSDoc types say less than TypeScript's: what JSON.parse gives stays unchecked.
    files: ['**/*.{js,mjs,cjs}'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
