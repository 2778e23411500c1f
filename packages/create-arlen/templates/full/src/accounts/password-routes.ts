import { rateLimit } from '@arlen/security'
import { type App, type Context, HttpError, type Routes } from 'arlen'
import { refused } from '../refused.ts'
import { siteOrigin } from '../site-origin.ts'
import type { Accounts } from './accounts.ts'
import { ForgotPassword, ResetPassword, ResetQuery } from './forms.ts'

const HOUR_MS = 60 * 60_000

export function passwordRoutes(routes: Routes, app: App, { resets }: Accounts): void {
  const forgotPage = (c: Context) => c.render('accounts/forgot-password', { title: 'Forgot your password?' })

  routes.get('/forgot-password', { name: 'forgot-password' }, forgotPage)

  routes.post('/forgot-password', { body: ForgotPassword, invalid: forgotPage }, async c => {
    const { email } = c.valid.body
    const wait = Math.ceil((await resets.wait(email, c.req.ip)) / 1000)
    if (wait > 0) throw new HttpError(429, 'too_many_mails', { headers: { 'Retry-After': String(wait) } })
    const link = siteOrigin(app, c) + c.urlFor('reset-password')
    resets.begin(email, token => `${link}?token=${encodeURIComponent(token)}`)
    // The same for everybody: the answer must not tell who has an account.
    c.flash('notice', 'If this address has an account, an e-mail with a link is on its way.')
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

  // Opening the page does not use up the link: mail programs open links too.
  routes.get('/reset-password', { name: 'reset-password', query: ResetQuery }, resetPage)

  const fewGuesses = rateLimit({ name: 'reset-password', limit: 20, windowMs: HOUR_MS })
  const reset = { query: ResetQuery, body: ResetPassword, invalid: resetPage, use: fewGuesses }
  routes.post('/reset-password', reset, async c => {
    const user = await resets.redeem(c.valid.query.token, c.valid.body.password)
    if (!user) throw refused('/body', 'reset_link_invalid', 'This link was used or is too old. Request another one.')
    c.flash('notice', 'Your password is changed. Log in with it.')
    return c.redirect(c.urlFor('login'))
  })
}
