// How the console is built, and served while it is worked on (against a ledger at LEDGER_URL).
import vue from '@vitejs/plugin-vue'
import elementPlus from 'unplugin-element-plus/vite'
import { defineConfig } from 'vitest/config'

const ledger = process.env.LEDGER_URL ?? 'http://127.0.0.1:8080'
const proxy = { '^/(v1|docs|openapi.json)': { target: ledger } }

export default defineConfig({
  plugins: [vue(), elementPlus({})],
  server: { proxy },
  preview: { proxy },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
