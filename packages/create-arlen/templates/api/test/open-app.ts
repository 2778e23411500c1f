import { after } from 'node:test'
import { type TestApp, type TestDb, testApp, testDb, type Visitor } from '@arlen/testing'
import type { App } from 'arlen'

export const PASSWORD = 'correct horse battery staple'

export interface OpenApp {
  t: TestApp
  app: App
  db: TestDb
  /** Signs up and logs in: a client that sends its token with each request. */
  client(email: string): Promise<Visitor>
}

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
  const client = async (email: string) => {
    await t.post('/users').json({ email, password: PASSWORD }).status(201)
    const { json } = await t.post('/users/login').json({ email, password: PASSWORD }).status(201)
    return t.visitor({ headers: { authorization: `Bearer ${(json as { token: string }).token}` } })
  }
  return { t, app, db, client }
}
