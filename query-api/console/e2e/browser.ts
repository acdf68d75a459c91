// Debian's Chromium, pages that are logged in, and what every page must hold: no errors, nothing from other hosts.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { inject } from 'vitest'

export const url = inject('url')
export const token = inject('token')

export function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM || '/usr/bin/chromium'
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** What went wrong on a page: errors on the console, exceptions, requests elsewhere. */
export function watched(page: Page): string[] {
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (401|404)/.test(message.text()))
      problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
      problems.push(`elsewhere: ${request.url()}`)
  })
  return problems
}

export async function context(
  browser: Browser,
  width = 1280,
  height = 800,
  zone = 'America/New_York',
): Promise<BrowserContext> {
  // Another time zone than the ledger's, so that a time in the browser's is seen.
  return browser.newContext({
    baseURL: url,
    viewport: { width, height },
    locale: 'zh-CN',
    timezoneId: zone,
    acceptDownloads: true,
  })
}

/** Logs in with a token without going through the form. */
export async function logIn(of: BrowserContext, as = token): Promise<void> {
  const answer = await of.request.post(`${url}/v1/session`, { data: { token: as }, headers: { origin: url } })
  if (!answer.ok()) throw new Error(`no session: ${answer.status()} ${await answer.text()}`)
}

/** A token of a role. */
export async function tokenOf(role: string): Promise<string> {
  const name = `${role}-${Math.random().toString(36).slice(2)}`
  const made = (await api('POST', '/v1/tokens', { name, role })) as { token: string }
  return made.token
}

/** The service, without the console. */
export async function api(
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
): Promise<unknown> {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: body === undefined ? null : JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.status === 204 ? null : answer.json()
}

let sent = 0
/** Publishes one event, fails unless it is recorded or parked as expected, and tells its position. */
export async function publish(
  type: string,
  subject: string,
  data: object,
  outcome = 'recorded',
): Promise<number> {
  sent += 1
  const event = {
    specversion: '1.0',
    id: `e2e-${Date.now()}-${sent}`,
    source: '/e2e',
    type,
    subject,
    time: new Date().toISOString(),
    data,
  }
  const answer = (await api('POST', '/v1/events', event, 'application/cloudevents+json')) as {
    outcome: string
    position: number
  }
  if (answer.outcome !== outcome) throw new Error(`${type} ${subject}: ${JSON.stringify(answer)}`)
  return answer.position
}

interface Violation {
  id: string
  impact?: string | null
  nodes: { html: string }[]
}

/** What axe calls serious or critical on a page. */
export async function violations(page: Page): Promise<string[]> {
  // What is fading in has less contrast than it will have.
  await page.waitForTimeout(400)
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  // Evaluated by the browser's tools, which a Content-Security-Policy does not bind.
  await page.evaluate(source)
  const found = (await page.evaluate('axe.run(document).then((result) => result.violations)')) as Violation[]
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 160))
          .join(' | ')}`,
    )
}

/** All pages of the console, as an administrator may open them. */
export const PAGES: readonly [name: string, path: string][] = [
  ['overview', '/'],
  ['orders', '/orders'],
  ['sales', '/sales'],
  ['verifications', '/verifications'],
  ['refunds', '/refunds'],
  ['refund-list', '/refund-list'],
  ['cash', '/cash'],
  ['income', '/income'],
  ['expense', '/expense'],
  ['suppliers', '/suppliers'],
  ['settlements', '/settlements'],
  ['supplier-withdrawals', '/suppliers/withdrawals'],
  ['supplier-withdrawal-review', '/suppliers/withdrawal-review'],
  ['settlement-rules', '/settlement-rules'],
  ['commissions', '/commissions'],
  ['commission-list', '/commission-list'],
  ['distributor-withdrawals', '/distributors/withdrawals'],
  ['distributor-withdrawal-review', '/distributors/withdrawal-review'],
  ['withdrawal-rules', '/withdrawal-rules'],
  ['balances', '/balances'],
  ['balance-list', '/balance-list'],
  ['member-withdrawals', '/members/withdrawals'],
  ['member-withdrawal-review', '/members/withdrawal-review'],
  ['screen-settings', '/screen-settings'],
  ['accounts', '/accounts'],
  ['journal', '/journal'],
  ['account-settings', '/account-settings'],
  ['tie-outs', '/audit/tie-outs'],
  ['diff', '/audit/diff'],
  ['checkpoint', '/audit/checkpoint'],
  ['events', '/audit/events'],
  ['parked', '/parked'],
  ['notifications', '/notifications'],
  ['tokens', '/tokens'],
]

/** Goes to a page and waits until what it reads is there. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.locator('main h1, h1').first().waitFor()
  await page.locator('.spinner').first().waitFor({ state: 'detached' })
}
