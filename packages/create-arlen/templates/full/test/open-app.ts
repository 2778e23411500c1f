import { after } from 'node:test'
import { createPasswords } from '@arlen/session'
import { type TestApp, type TestDb, testApp, testDb } from '@arlen/testing'
import type { App } from 'arlen'

export const PASSWORD = 'correct horse battery staple'
const hash = createPasswords().hash(PASSWORD)

export interface OpenApp {
  t: TestApp
  app: App
  db: TestDb
  /** Creates an account with {@link PASSWORD}: `t.as(await user('Ada'))` is someone who is logged in. */
  user(name: string): Promise<number>
}

export const emailOf = (name: string): string => `${name.toLowerCase()}@example.com`

/** The application on a database of its own, for the tests of one file. */
export async function openApp(): Promise<OpenApp> {
  const db = await testDb()
  process.env.DATABASE_URL = db.url
  process.env.ARLEN_ENV = 'test'
  const { default: app } = await import('../app.ts')
  const t = await testApp(app)
  after(async () => {
    await t.close()
    await db.close()
  })
  const user = async (name: string) =>
    app.db.value<number>('insert into users (name, email, password_hash) values ($1, $2, $3) returning id', [
      name,
      emailOf(name),
      await hash,
    ])
  return { t, app, db, user }
}
