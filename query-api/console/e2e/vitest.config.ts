// End-to-end tests: one browser and one ledger for all of them, file after file.
import { defineConfig } from 'vitest/config'

const { SCREENSHOTS, MEASURE } = process.env
const include = SCREENSHOTS ? ['screenshots.ts'] : MEASURE ? ['measure.ts'] : ['*.test.ts']

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include,
    environment: 'node',
    globalSetup: ['./setup.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    // A long past takes a while to be played.
    hookTimeout: 900_000,
  },
})
