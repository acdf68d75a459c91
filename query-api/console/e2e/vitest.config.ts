// End-to-end tests: one browser and one ledger for all of them, file after file.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: process.env.SCREENSHOTS ? ['screenshots.ts'] : ['*.test.ts'],
    environment: 'node',
    globalSetup: ['./setup.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
