import { rateLimit } from '@arlen/security'
import { HttpError, type Routes } from 'arlen'
import * as v from 'valibot'
import { createUser, type Users } from './users.ts'

const HOUR_MS = 60 * 60_000
const TOKEN_LIFETIME_MS = 30 * 24 * HOUR_MS

const Email = v.pipe(v.string(), v.trim(), v.toLowerCase(), v.maxLength(254), v.email())
/** NIST SP 800-63B: length is what counts, so there are no rules about which characters. */
const NewCredentials = v.object({ email: Email, password: v.pipe(v.string(), v.minLength(10), v.maxLength(256)) })
const Credentials = v.object({ email: Email, password: v.string() })
const User = v.object({ id: v.number(), email: v.string() })
const Token = v.object({ token: v.string() })

export function userRoutes(routes: Routes<'/users'>, { auth, login, passwords, tokens }: Users): void {
  // Hashing a password is expensive on purpose, so the number of attempts is limited.
  const fewAccounts = rateLimit({ name: 'sign-up', limit: 20, windowMs: HOUR_MS })
  routes.post('/', { body: NewCredentials, response: { 201: User }, use: fewAccounts }, async c => {
    const { email, password } = c.valid.body
    const user = await createUser(c.db, email, await passwords.hash(password))
    if (!user) {
      const taken = { path: '/body/email', code: 'email_taken', message: 'This address already has an account.' }
      throw new HttpError(422, 'email_taken', { errors: [taken] })
    }
    c.res.status = 201
    return user
  })

  routes.post('/login', { body: Credentials, response: { 201: Token } }, async c => {
    const { email, password } = c.valid.body
    const user = await login.verify(email, password, c)
    if (!user) throw new HttpError(401, 'login_failed', { detail: 'The address or the password is wrong.' })
    c.res.status = 201
    const { key } = await tokens.issue(user.id, { name: 'login', lifetimeMs: TOKEN_LIFETIME_MS })
    return { token: key }
  })

  // Every token of the user, on whatever device.
  routes.post('/logout', { use: auth.requireUser, response: { 204: null } }, async c => {
    await tokens.revokeAll(c.user.id)
    c.res.status = 204
    return null
  })

  routes.get('/me', { use: auth.requireUser, response: User }, c => c.user)
}
