import { join } from 'node:path'
import { createPasswords, generateSecret } from '@arlen/session'
import { type TestApp, type TestAppOptions, type TestDb, testApp, testDb, type Visitor } from '@arlen/testing'
import type { App } from 'arlen'
import { afterAll } from 'vitest'

export const PASSWORD = 'taste the meat not the heat'
const hash = createPasswords().hash(PASSWORD)

export interface Shop {
  t: TestApp
  app: App
  db: TestDb
  /** Makes someone with an account, whose password is {@link PASSWORD}: `t.as(await person('Hank'))`. */
  person(name: string, role?: 'customer' | 'admin', email?: string): Promise<number>
}

/**
 * The shop on a database of its own, for the tests of one file: an application is one module.
 *
 * @param environment - configures it as `arlen --env` would
 */
export async function openShop(
  environment: 'test' | 'production' = 'test',
  options: TestAppOptions = {},
): Promise<Shop> {
  const db = await testDb({ migrations: join(import.meta.dirname, '../db/migrations') })
  process.env.DATABASE_URL = db.url
  process.env.ARLEN_ENV = environment
  if (environment === 'production') process.env.ARLEN_SESSION_SECRETS = generateSecret()
  const { default: app } = await import('../app.ts')
  const t = await testApp(app, options)
  afterAll(async () => {
    await t.close()
    await db.close()
  })
  const person = async (name: string, role = 'customer', email = emailOf(name)) =>
    app.db.value<number>('insert into users (name, email, password_hash, role) values ($1, $2, $3, $4) returning id', [
      name,
      email,
      await hash,
      role,
    ])
  return { t, app, db, person }
}

export const emailOf = (name: string): string => `${name.toLowerCase()}@strickland.example`

/** The token that this visitor's forms have, for requests that no form of the shop would send. */
export async function csrfToken(visitor: Visitor): Promise<string> {
  const { dom } = await visitor.visit('/login')
  return dom.querySelector('[name=csrf_token]')?.getAttribute('value') ?? ''
}
