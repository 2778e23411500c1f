import type { Handler, InspectedRoute } from '@arlen/core'
import type { Context } from '@arlen/http'
import type { Pg } from '@arlen/pg'
import type { Router } from '@arlen/router'
import { jsonSchema } from '../openapi/json-schema.ts'
import { schemasOf } from '../routing/route-options.ts'

/** The routes with their guards and schemas, in the order of registration. */
export function inspectRoutes(router: Router<Handler<Context>>): InspectedRoute[] {
  const { routes } = router
  return router.list().map(({ methods, path, name, guards, middleware, source }, i) => ({
    methods,
    path,
    ...(name !== undefined && { name }),
    guards,
    middleware,
    schemas: Object.fromEntries(
      Object.entries(schemasOf(routes[i]!)).flatMap(([part, schema]) =>
        schema === undefined ? [] : [[part, jsonSchema(schema, 'input')]],
      ),
    ),
    ...(source && { source }),
  }))
}

/** How long planning may take, in milliseconds. */
const PLANNING_MS = 5_000

/** What may contain a dollar sign that is no parameter: strings, quoted names and comments. */
const OPAQUE = /'[^']*'|"[^"]*"|\$(\w*)\$[\s\S]*?\$\1\$|--.*|\/\*[\s\S]*?\*\//g

/** How many parameters a query has. */
export function parametersOf(sql: string): number {
  const numbers = [...sql.replace(OPAQUE, ' ').matchAll(/\$(\d+)/g)].map(([, digits]) => Number(digits))
  return Math.max(0, ...numbers)
}

interface PlanLine {
  'QUERY PLAN': string
}

/**
 * The plan of a query whatever its parameters are, as EXPLAIN of PostgreSQL 16 and later writes it. The query is not run, and
 * the transaction around it may only read.
 */
export function explain(db: Pg, sql: string): Promise<string> {
  return db.tx(
    async tx => {
      const options = { prepare: false, timeoutMs: PLANNING_MS }
      const values = Array.from({ length: parametersOf(sql) }, () => null)
      const { rows } = await tx.query<PlanLine>(`explain (generic_plan) ${sql}`, values, options)
      return rows.map(line => line['QUERY PLAN']).join('\n')
    },
    { readOnly: true },
  )
}
