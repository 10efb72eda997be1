// The house's rules for web/ (house.md §2.8 invariant 15): ui, lib, api → features → app.
import importPlugin from 'eslint-plugin-import';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { readdirSync } from 'node:fs';

const features = readdirSync('src/features', { withFileTypes: true }).filter((entry) => entry.isDirectory());

const zones = [
  { target: './src/lib', from: ['./src/ui', './src/api', './src/features', './src/app', './src/sitter'], message: 'lib is pure: it knows nothing above it' },
  { target: './src/api', from: ['./src/ui', './src/features', './src/app', './src/sitter'], message: 'api knows no screens' },
  { target: './src/ui', from: ['./src/features', './src/app', './src/sitter'], message: 'ui knows no router and no query' },
  { target: './src/features', from: './src/app', except: ['./paths.ts'], message: 'features know the app by its paths only' },
  { target: './src/sitter', from: ['./src/features', './src/app', './src/ui'], message: "the sitter's page stays small: lib, api without hooks, words, tokens" },
  ...features.map(({ name }) => ({ target: `./src/features/${name}`, from: './src/features', except: [`./${name}`], message: 'features do not import features' })),
];

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/generated'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { import: importPlugin, 'react-hooks': hooks },
    settings: { 'import/resolver': { node: { extensions: ['.ts', '.tsx', '.js'] } } },
    rules: {
      'import/no-restricted-paths': ['error', { zones }],
      'import/no-default-export': 'error',
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', { max: 120, skipComments: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      ...hooks.configs.recommended.rules,
    },
  },
  { files: ['src/**/*.test.{ts,tsx}'], rules: { 'max-lines-per-function': 'off' } },
);
