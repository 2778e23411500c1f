import { rateLimit } from '@arlen/security'
import { type Context, HttpError, type Routes } from 'arlen'
import type { Accounts } from './accounts.ts'
import { ChangePassword, ForgotPassword, ResetPassword, ResetQuery } from './forms.ts'
import { refused } from './refused.ts'

export function passwordRoutes(routes: Routes, accounts: Accounts, origin: (c: Context) => string | undefined): void {
  const { auth, login, resets } = accounts
  const accountPage = (c: Context) => c.render('accounts/account', { title: 'Your account' })
  const forgotPage = (c: Context) => c.render('accounts/forgot-password', { title: 'Forgot your password?' })

  routes.get('/account', { name: 'account', use: auth.requireUser }, accountPage)

  const own = { name: 'change-password', use: auth.requireUser, body: ChangePassword, invalid: accountPage }
  routes.post('/account/password', own, async c => {
    const { currentPassword, password } = c.valid.body
    const { user } = c
    // Asked for again, and verified as slowly as at login: an unlocked screen must not be enough to take over the account.
    if (!(await login.verify(user.email, currentPassword, c))) {
      throw refused('/body/currentPassword', 'password_wrong', 'That is not your password.')
    }
    const changed = await accounts.changePassword(c.db, user.id, password)
    if (!changed) throw new HttpError(404, 'account_not_found')
    await auth.login(c, changed, { keep: ['cart'] })
    c.flash('notice', 'Your password is changed. You are logged out everywhere else.')
    return c.redirect(c.urlFor('account'))
  })

  routes.get('/forgot-password', { name: 'forgot-password' }, forgotPage)

  routes.post('/forgot-password', { body: ForgotPassword, invalid: forgotPage }, async c => {
    const { email } = c.valid.body
    const wait = Math.ceil((await resets.wait(email, c.req.ip)) / 1000)
    if (wait > 0) throw new HttpError(429, 'too_many_mails', { headers: { 'Retry-After': String(wait) } })
    const site = origin(c)
    if (site === undefined) c.log.warn('no mail can be written: security.hosts does not say where the shop is')
    else {
      const link = site + c.urlFor('reset-password')
      void resets.begin(email, token => `${link}?token=${encodeURIComponent(token)}`)
    }
    // The same for everyone, so that it does not reveal who has an account.
    c.flash('notice', 'If there is an account with this address, mail with a link is on its way.')
    return c.redirect(c.urlFor('login'))
  })

  const resetPage = (c: Context) => {
    // The link is a secret until it is used.
    c.res.headers.set('Referrer-Policy', 'no-referrer')
    return c.render('accounts/reset-password', {
      title: 'Choose a new password',
      token: String(c.req.query.token ?? ''),
    })
  }

  // Viewing the page does not use up the link, because mail programs open links too.
  routes.get('/reset-password', { name: 'reset-password', query: ResetQuery }, resetPage)

  const fewGuesses = rateLimit({ name: 'reset-password', limit: 20, windowMs: 60 * 60_000, store: accounts.counts })
  const reset = { query: ResetQuery, body: ResetPassword, invalid: resetPage, use: fewGuesses }
  routes.post('/reset-password', reset, async c => {
    const userId = await resets.redeem(c.valid.query.token)
    const user = userId === undefined ? undefined : await accounts.changePassword(c.db, userId, c.valid.body.password)
    if (!user) throw refused('/body', 'reset_link_invalid', 'This link was used or is too old. Ask for another one.')
    c.flash('notice', 'Your password is changed. Log in with it.')
    return c.redirect(c.urlFor('login'))
  })
}
