// How the console is built, and served while it is worked on (against a ledger at LEDGER_URL).
import vue from '@vitejs/plugin-vue'
import elementPlus from 'unplugin-element-plus/vite'
import { defineConfig } from 'vitest/config'

const ledger = process.env.LEDGER_URL ?? 'http://127.0.0.1:8080'
const proxy = { '^/(v1|docs|openapi.json)': { target: ledger } }

const POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"

export default defineConfig({
  plugins: [vue(), elementPlus({})],
  server: { proxy },
  // What the service sends with the console, so that tests before it see the same.
  preview: { proxy, headers: { 'Content-Security-Policy': POLICY } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    // A few files that every page needs, instead of many small ones.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'vue', test: /node_modules\/(vue|@vue|vue-router|vue-i18n|@intlify)\// },
            {
              name: 'ui',
              test: /node_modules\/(element-plus|@element-plus|@vueuse|@floating-ui|@popperjs|@ctrl|dayjs|lodash)/,
            },
            { name: 'words', test: /src\/i18n\/(?!en)/ },
            { name: 'shared', test: /src\/(logic|api|session)\// },
            { name: 'parts', test: /src\/(components\/(?!chart)|composables)/ },
          ],
        },
      },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
