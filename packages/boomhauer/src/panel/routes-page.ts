import type { InspectedRoute, Inspection } from '@arlen/core'
import { type Html, html } from '@arlen/error-report/page'
import type { RouteInfo } from '../child/protocol.ts'
import { filterForm, type Page, table } from './layout.ts'
import { type Places, placeLink } from './place.ts'
import { schemaText } from './schema-text.ts'

/** The routes with their guards and schemas, or those that contain a text. */
export function routesPage(all: readonly InspectedRoute[], query: string, places: Places): Page {
  const routes = all.filter(route => textOf(route).includes(query.toLowerCase()))
  const content = html`${filterForm('routes', query)}${routeTable(routes, places)}`
  return { title: 'Routes', section: 'routes', json: routes, content, reloads: true }
}

export function routeTable(routes: readonly InspectedRoute[], places: Places): Html {
  return table(
    ['Methods', 'Path', 'Name', 'Guards and middleware', 'Validated', 'Registered at'],
    routes.map(route => row(route, places)),
    'No routes are known.',
  )
}

/** What an application that does not tell more has said of its routes. */
export function routesOf(inspection: Inspection | undefined, known: readonly RouteInfo[]): readonly InspectedRoute[] {
  return (
    inspection?.routes ??
    known.map(({ methods, ...rest }) => ({
      ...rest,
      methods: methods.split('|'),
      guards: [],
      middleware: [],
      schemas: {},
    }))
  )
}

function row({ methods, path, name, guards, middleware, schemas, source }: InspectedRoute, places: Places): Html {
  const around = [...middleware.map(each => html`${each}<br>`), ...guards.map(each => html`<b>${each}</b><br>`)]
  const parts = Object.entries(schemas).map(([part, schema]) => html`${part}: ${schemaText(schema)}<br>`)
  return html`<tr><td>${methods.join(' ')}</td><td>${path}</td><td>${name}</td><td>${around}</td><td>${parts}</td><td>${source && placeLink(source, places)}</td></tr>`
}

function textOf({ methods, path, name = '', guards, middleware }: InspectedRoute): string {
  return [...methods, path, name, ...guards, ...middleware].join(' ').toLowerCase()
}
