// Starts a ledger with demo data for the tests: the program at LEDGER_BINARY, which has the console in it. With
// CONSOLE_PREVIEW=1 the console in dist/ is put before it, so that no program has to be built to see a change.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { preview } from 'vite'

export const ADMIN_TOKEN = 'end-to-end-tests'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the console is. */
    url: string
    /** The administrator's token. */
    token: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const binary = process.env.LEDGER_BINARY
  if (!binary) throw new Error('LEDGER_BINARY is not set: name a ledger to test, such as target/debug/ledger')
  const directory = mkdtempSync(join(tmpdir(), 'ledger-e2e-'))
  const args = [
    'demo',
    '--data-dir',
    directory,
    '--listen',
    '127.0.0.1:0',
    '--orders',
    process.env.ORDERS ?? '3000',
  ]
  const ledger = spawn(binary, args, {
    env: { ...process.env, LEDGER_ADMIN_TOKEN: ADMIN_TOKEN },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const service = await listening(ledger)
  let url = service
  let before: Awaited<ReturnType<typeof preview>> | null = null
  if (process.env.CONSOLE_PREVIEW) {
    process.env.LEDGER_URL = service
    before = await preview({ root: join(import.meta.dirname, '..'), preview: { port: 0 }, logLevel: 'error' })
    url = before.resolvedUrls!.local[0]!.replace(/\/$/, '')
  }
  project.provide('url', url)
  project.provide('token', ADMIN_TOKEN)
  return async () => {
    await before?.close()
    ledger.kill()
    await new Promise((resolve) => ledger.once('exit', resolve))
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Where it listens, as its log says; an error when it ends before that. */
function listening(ledger: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const read = (chunk: Buffer) => {
      said += chunk.toString()
      const found = /listening on (http:\/\/[\d.:]+)/.exec(said)
      if (found) resolve(found[1]!)
    }
    ledger.stdout?.on('data', read)
    ledger.stderr?.on('data', read)
    ledger.once('exit', (code) => reject(new Error(`the ledger ended with ${code}:\n${said}`)))
    ledger.once('error', reject)
  })
}
