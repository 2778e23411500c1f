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
/**
 * Explains the query in a setting, and puts the plan into another one. With parameters from outside, PostgreSQL would plan for their
 * values; inside a block there are none. A cursor takes one statement only.
 */
const EXPLAIN = `do $explain$
declare
  line text;
  plan text := '';
begin
  for line in execute 'explain (generic_plan) ' || current_setting('arlen.query') loop
    plan := plan || line || chr(10);
  end loop;
  perform set_config('arlen.plan', plan, true);
end
$explain$`

/**
 * The plan of a query whatever its parameters are, as EXPLAIN of PostgreSQL 16 and later writes it. The query is not run, and
 * the transaction around it may only read.
 */
export function explain(db: Pg, sql: string): Promise<string> {
  const options = { prepare: false, timeoutMs: PLANNING_MS }
  return db.tx(
    async tx => {
      await tx.query("select set_config('arlen.query', $1, true)", [sql], options)
      await tx.query(EXPLAIN, [], options)
      const { rows } = await tx.query<{ plan: string }>("select current_setting('arlen.plan') as plan", [], options)
      return rows[0]?.plan.trimEnd() ?? ''
    },
    { readOnly: true },
  )
}
