import type { Database } from '@arlen/pg'
import type { User } from './users.ts'

export const ROLES: readonly User['role'][] = ['customer', 'admin']

/**
 * Gives an account that someone has made for themselves another role. So there is no administrator with a password that
 * was chosen for them, written down or set by default. False where there is no such account.
 */
export async function setRole(db: Database, email: string, role: User['role']): Promise<boolean> {
  return (await db.execute('update users set role = $2 where email = $1', [email.trim().toLowerCase(), role])) === 1
}
