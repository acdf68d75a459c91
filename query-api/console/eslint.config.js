// Lint rules: what the compiler does not see. Layout is left to Prettier.
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['dist', 'src/api/schema.d.ts', 'screenshots'] },
  ...ts.configs.recommended,
  ...vue.configs['flat/essential'],
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    rules: {
      'vue/multi-word-component-names': 'off',
      'vue/no-v-html': 'error',
      'no-restricted-globals': [
        'error',
        { name: 'parseFloat', message: 'Money is a string: src/logic/money.ts' },
      ],
    },
  },
)
