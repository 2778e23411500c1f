import { rateLimit } from '@arlen/security'
import { type Context, localTarget, type Routes } from 'arlen'
import { refused } from '../refused.ts'
import type { Accounts } from './accounts.ts'
import { Login, ReturnQuery, SignUp } from './forms.ts'
import { createUser } from './users.ts'

const HOUR_MS = 60 * 60_000

export function accountRoutes(routes: Routes, { auth, login, passwords }: Accounts): void {
  const signUpPage = (c: Context) => c.render('accounts/sign-up', { title: 'Sign up', returnTo: returnTo(c) })
  const loginPage = (c: Context) => c.render('accounts/login', { title: 'Log in', returnTo: returnTo(c) })

  routes.get('/sign-up', { name: 'sign-up', query: ReturnQuery }, signUpPage)

  // Hashing a password is expensive on purpose, so the number of attempts is limited.
  const fewAccounts = rateLimit({ name: 'sign-up', limit: 20, windowMs: HOUR_MS })
  routes.post('/sign-up', { body: SignUp, invalid: signUpPage, use: fewAccounts }, async c => {
    const { name, email, password } = c.valid.body
    const user = await createUser(c.db, { name, email, passwordHash: await passwords.hash(password) })
    if (!user) throw refused('/body/email', 'email_taken', 'This address already has an account. Log in instead?')
    await auth.login(c, user)
    c.flash('notice', `Welcome, ${user.name}.`)
    return c.redirect(localTarget(c.valid.body.return))
  })

  routes.get('/login', { name: 'login', query: ReturnQuery }, loginPage)

  routes.post('/login', { body: Login, invalid: loginPage }, async c => {
    const { email, password } = c.valid.body
    const user = await login.verify(email, password, c)
    if (!user) throw refused('/body', 'login_failed', 'The address or the password is wrong.')
    await auth.login(c, user)
    c.flash('notice', `Welcome back, ${user.name}.`)
    return c.redirect(localTarget(c.valid.body.return))
  })

  routes.post('/logout', { name: 'logout' }, async c => {
    await auth.logout(c)
    c.flash('notice', 'You are logged out.')
    return c.redirect(c.urlFor('home'))
  })
}

/** From the link to the form, or from the form that is shown again. */
function returnTo(c: Context): string {
  return localTarget(String(c.form.value('return') ?? c.req.query.return ?? ''))
}
