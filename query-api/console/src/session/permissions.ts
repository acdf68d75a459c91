// What each role may do, as the service decides it: what it may not is not offered.
import type { Role } from '../api/types'

export type Permission = 'reports' | 'lists' | 'decide' | 'settings' | 'accounting' | 'audit' | 'tokens'

const TABLE: Record<Role, readonly Permission[]> = {
  publisher: [],
  screen: [],
  viewer: ['reports'],
  auditor: ['reports', 'lists', 'accounting', 'audit'],
  finance: ['reports', 'lists', 'decide', 'settings', 'accounting'],
  admin: ['reports', 'lists', 'decide', 'settings', 'accounting', 'audit', 'tokens'],
}

export function allows(role: Role | undefined, permission: Permission): boolean {
  return role !== undefined && TABLE[role].includes(permission)
}
