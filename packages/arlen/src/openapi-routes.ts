import type { App } from './app.ts'
import { openApi } from './openapi.ts'
import { openApiPage } from './openapi-page.ts'
import { isOfApi } from './openapi-selection.ts'

/** Serves the OpenAPI document where the configuration gives it a path, and in development a page to read it. */
export function addOpenApiRoutes(app: App): void {
  const { apiOnly } = app.config
  const { path, title, version } = app.config.openApi
  if (path === '') return
  if (app.isDevelopment) tellUndecided(app)
  let document: string | undefined
  const describe = () => {
    document ??= JSON.stringify(openApi(app.router.routes, { title, version }, { apiOnly }))
    return document
  }
  app.get(path, { openApi: false }, c => c.text(describe(), { type: 'application/json' }))
  if (!app.isDevelopment) return
  app.get(path.replace(/(\.json)?$/, '.html'), { openApi: false }, () => openApiPage(JSON.parse(describe())))
}

/** What is left out on a guess is said: a route of the API that lacks a schema would be missed in silence. */
function tellUndecided({ router, config, log }: App): void {
  const routes = router.routes.filter(route => isOfApi(route, config.apiOnly) === undefined).map(String)
  if (routes.length === 0) return
  log.info(
    { routes },
    'the OpenAPI document leaves these out as pages: say openApi true or false of them or their group',
  )
}
