import { rateLimit } from '@arlen/security'
import { type Context, localTarget, type Routes } from 'arlen'
import type { Accounts } from './accounts.ts'
import { Login, ReturnQuery, SignUp } from './forms.ts'
import { refused } from './refused.ts'
import { createUser, endSessions } from './users.ts'

/** The session keys of an anonymous visit that survive the login. All others are dropped (session fixation). */
const KEEP = ['cart']

export function accountRoutes(routes: Routes, { auth, counts, login, passwords, remember }: Accounts): void {
  const signUpPage = (c: Context) => c.render('accounts/sign-up', { title: 'Sign up', returnTo: returnTo(c) })
  const loginPage = (c: Context) => c.render('accounts/login', { title: 'Log in', returnTo: returnTo(c) })

  routes.get('/sign-up', { name: 'sign-up', query: ReturnQuery }, signUpPage)

  // Hashing a password is expensive by design, so requests for it are limited. The exact count is worth waiting for.
  const fewAccounts = rateLimit({
    name: 'sign-up',
    limit: 20,
    windowMs: 60 * 60_000,
    store: counts,
    deadlineMs: 3000,
  })
  routes.post('/sign-up', { body: SignUp, invalid: signUpPage, use: fewAccounts }, async c => {
    const { name, email, password } = c.valid.body
    const user = await createUser(c.db, { name, email, passwordHash: await passwords.hash(password) })
    if (!user) throw refused('/body/email', 'email_taken', 'There is an account with this address. Log in instead?')
    await auth.login(c, user, { keep: KEEP })
    c.flash('notice', `Welcome, ${user.name}.`)
    return c.redirect(localTarget(c.valid.body.return))
  })

  routes.get('/login', { name: 'login', query: ReturnQuery }, loginPage)

  routes.post('/login', { body: Login, invalid: loginPage }, async c => {
    const { email, password } = c.valid.body
    const user = await login.verify(email, password, c)
    if (!user) throw refused('/body', 'login_failed', 'The address or the password is wrong.')
    await auth.login(c, user, { keep: KEEP, remember: c.valid.body.remember === 'on' })
    c.flash('notice', `Good to see you, ${user.name}.`)
    return c.redirect(localTarget(c.valid.body.return))
  })

  routes.post('/logout', { name: 'logout' }, async c => {
    await auth.logout(c)
    c.flash('notice', 'You are logged out.')
    return c.redirect('/')
  })

  // Also for copies of the cookie: a browser deletes its cookie at logout, a thief does not.
  routes.post('/logout-everywhere', { name: 'logout-everywhere', use: auth.requireUser }, async c => {
    await Promise.all([endSessions(c.db, c.user.id), remember.revoke(c.user.id)])
    await auth.logout(c)
    c.flash('notice', 'You are logged out on all your devices.')
    return c.redirect('/')
  })
}

/** From the link to the form, or from the form that is shown again. */
function returnTo(c: Context): string {
  return localTarget(String(c.form.value('return') ?? c.req.query.return ?? ''))
}
