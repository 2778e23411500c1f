import type { Handler, Logger } from '@arlen/core'
import type { Context } from '@arlen/http'
import type { Route } from '@arlen/router'
import type { BuiltInRoutes } from '../built-in/built-in-routes.ts'
import type { Config } from '../config/config.ts'
import { openApi } from './openapi.ts'
import { openApiPage } from './page.ts'
import { isOfApi } from './selection.ts'

/** What an OpenAPI document is built from. */
export interface Documented {
  readonly router: { readonly routes: readonly Route<Handler<Context>>[] }
  readonly config: Pick<Config, 'apiOnly' | 'openApi' | 'session'>
  readonly isDevelopment: boolean
  readonly log: Logger
}

/** Serves the OpenAPI document at the configured path and, in development, a page that displays it. */
export function addOpenApiRoutes(routes: BuiltInRoutes, documented: Documented): void {
  const { config, isDevelopment } = documented
  const { path, title, version } = config.openApi
  if (path === '') return
  if (isDevelopment) tellUndecided(documented)
  let document: string | undefined
  const describe = () => {
    const options = { apiOnly: config.apiOnly, sessions: config.session.enabled }
    document ??= JSON.stringify(openApi(documented.router.routes, { title, version }, options))
    return document
  }
  routes.get(path, { openApi: false }, c => c.text(describe(), { type: 'application/json' }))
  if (!isDevelopment) return
  routes.get(path.replace(/(\.json)?$/, '.html'), { openApi: false }, () => openApiPage(JSON.parse(describe())))
}

/** Logs which routes were omitted on a guess: an API route without a schema would otherwise go missing silently. */
function tellUndecided({ router, config, log }: Documented): void {
  const routes = router.routes.filter(route => isOfApi(route, config.apiOnly) === undefined).map(String)
  if (routes.length === 0) return
  log.info(
    { routes },
    'the OpenAPI document leaves these out as pages: say openApi true or false of them or their group',
  )
}
