import { createApp } from 'arlen'
import { Accounts } from './src/accounts/accounts.ts'
import { passwordRoutes } from './src/accounts/password-routes.ts'
import { accountRoutes } from './src/accounts/routes.ts'
import { adminRoutes } from './src/admin/routes.ts'
import { api } from './src/api.ts'
import { cartRoutes } from './src/cart/routes.ts'
import { checkoutRoutes } from './src/checkout/routes.ts'
import { myOrders } from './src/my-orders.ts'
import { pages } from './src/pages.ts'
import { siteOrigin } from './src/site-origin.ts'
import { stockEvents } from './src/stock-events.ts'
import { templates } from './src/template-helpers.ts'

const app = createApp({ templates })
const accounts = new Accounts(app)
const origin = siteOrigin(app)
const { loadUser, requireUser } = accounts.auth

// Pages, and what administrators do, are nothing for the document of the API.
app.group('', { use: loadUser, openApi: false }, site => {
  pages(site, origin)
  cartRoutes(site)
  accountRoutes(site, accounts)
  passwordRoutes(site, accounts, origin)
  site.group('', { use: requireUser }, checkoutRoutes)
  site.group('/orders', { use: requireUser }, myOrders)
  site.group('/admin', { use: accounts.auth.requireRole('admin') }, adminRoutes)
})
app.group('', { openApi: false }, routes => stockEvents(routes, app))
app.group('/api', { csrfExempt: 'the API never goes by a cookie' }, api)

export default app
