import type { App } from './app.ts'
import { openApi } from './openapi.ts'
import { openApiPage } from './openapi-page.ts'

/** Serves the OpenAPI document where the configuration gives it a path, and in development a page to read it. */
export function addOpenApiRoutes(app: App): void {
  const { path, title, version } = app.config.openApi
  if (path === '') return
  let document: string | undefined
  const describe = () => {
    document ??= JSON.stringify(openApi(app.router.routes, { title, version }))
    return document
  }
  app.get(path, c => c.text(describe(), { type: 'application/json' }))
  if (!app.isDevelopment) return
  app.get(path.replace(/(\.json)?$/, '.html'), () => openApiPage(JSON.parse(describe())))
}
