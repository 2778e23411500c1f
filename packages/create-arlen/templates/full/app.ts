import { createApp } from 'arlen'
import { Accounts } from './src/accounts/accounts.ts'
import { passwordRoutes } from './src/accounts/password-routes.ts'
import { accountRoutes } from './src/accounts/routes.ts'
import { noteApi } from './src/notes/api.ts'
import { noteRoutes } from './src/notes/routes.ts'
import { pages } from './src/pages.ts'
import { templates } from './src/template-helpers.ts'

const app = createApp({ templates })
const accounts = new Accounts(app)
const { loadUser, requireUser } = accounts.auth

app.group('', { use: loadUser, openApi: false }, site => {
  pages(site)
  accountRoutes(site, accounts)
  passwordRoutes(site, app, accounts)
  site.group('/notes', { use: requireUser }, noteRoutes)
})
app.group('/api', { use: requireUser }, api => {
  api.group('/notes', noteApi)
})

export default app
