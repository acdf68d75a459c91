// What a role may not do is not offered.
import { expect, test } from 'vitest'
import { allows, type Permission } from './permissions'
import { NAV } from '../console/nav'

const ALL: Permission[] = ['reports', 'lists', 'decide', 'settings', 'accounting', 'audit', 'tokens']

test.each([
  ['publisher', '-------'],
  ['screen', '-------'],
  ['viewer', 'y------'],
  ['auditor', 'yy--yy-'],
  ['finance', 'yyyyy--'],
  ['admin', 'yyyyyyy'],
] as const)('%s may %s', (role, row) =>
  expect(ALL.map((permission) => (allows(role, permission) ? 'y' : '-')).join('')).toBe(row),
)

test('the menu offers each address once', () => {
  const addresses = NAV.flatMap(({ items }) => items.map(({ to }) => to))
  expect(new Set(addresses).size).toBe(addresses.length)
})
