import { createApp } from 'arlen'
import { Accounts } from './src/accounts/accounts.ts'
import { accountRoutes } from './src/accounts/routes.ts'
import { adminRoutes } from './src/admin/routes.ts'
import { api } from './src/api.ts'
import { cartRoutes } from './src/cart/routes.ts'
import { checkoutRoutes } from './src/checkout/routes.ts'
import { myOrders } from './src/my-orders.ts'
import { pages } from './src/pages.ts'
import { templates } from './src/template-helpers.ts'

const app = createApp({ templates })
const accounts = new Accounts(app)
const { loadUser, requireUser } = accounts.auth

app.group('', { use: loadUser }, site => {
  pages(site)
  cartRoutes(site)
  accountRoutes(site, accounts)
  site.group('', { use: requireUser }, checkoutRoutes)
  site.group('/orders', { use: requireUser }, myOrders)
  site.group('/admin', { use: accounts.auth.requireRole('admin') }, adminRoutes)
})
app.group('/api', { csrfExempt: 'the API never goes by a cookie' }, api)

export default app
