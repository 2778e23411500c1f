import type { Database } from '@arlen/pg'
import type { User } from './users.ts'

export const ROLES: readonly User['role'][] = ['customer', 'admin']

/**
 * Changes the role of an existing account. So no administrator starts with a password that was chosen by someone else,
 * written down or set by default. False if there is no such account.
 */
export async function setRole(db: Database, email: string, role: User['role']): Promise<boolean> {
  return (await db.execute('update users set role = $2 where email = $1', [email.trim().toLowerCase(), role])) === 1
}
