/**
 * `set-role.ts EMAIL admin` makes an account an administrator, `set-role.ts EMAIL customer` takes that back; it counts
 * from the next request on. The database is DATABASE_URL, else the embedded one of `make run`.
 */
import { join } from 'node:path'
import { createPg } from '@arlen/pg'
import { ROLES, setRole } from '../src/accounts/set-role.ts'

const [email, given] = process.argv.slice(2)
const role = ROLES.find(known => known === given)

if (!email || !role) {
  console.error(`usage: set-role.ts EMAIL ${ROLES.join('|')}`)
  process.exitCode = 64
} else if (process.env.DATABASE_URL) {
  await change(process.env.DATABASE_URL, email, role)
} else {
  const { startEmbedded } = await import('@arlen/pg/embedded')
  const dir = process.env.SHOP_DATA || join(import.meta.dirname, '../.arlen/postgres')
  const embedded = await startEmbedded({ dir, database: 'strickland' })
  await change(embedded.dsn, email, role).finally(() => embedded.stop())
}

async function change(dsn: string, email: string, role: (typeof ROLES)[number]): Promise<void> {
  const db = createPg(dsn)
  const found = await setRole(db, email, role).finally(() => db.close())
  if (found) return console.log(`${email} is now ${role}`)
  console.error(`There is no account of ${email}. Sign up in the shop first.`)
  process.exitCode = 1
}
