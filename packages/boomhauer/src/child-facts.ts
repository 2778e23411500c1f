import { subscribe } from 'node:diagnostics_channel'
import { isSecretName, REDACTED } from '@arlen/core/error-report'
import type { AppFacts, ConfigFact, RequestFact, RouteFact } from './messages.ts'

/** What an application publishes about itself, on channels of node:diagnostics_channel, for whoever wants to know. */
export const CHANNELS = { boot: 'arlen:boot', request: 'arlen:request', mail: 'arlen:mail' } as const

/** Routes and configuration, which the application publishes while it starts. */
export function collectFacts(): () => AppFacts {
  let facts: AppFacts = {}
  subscribe(CHANNELS.boot, message => {
    const { routes, config } = message as { routes?: readonly RouteFact[]; config?: readonly ConfigFact[] }
    facts = {
      ...(routes && {
        routes: routes.map(({ methods, path, name }) => ({ methods, path, ...(name !== undefined && { name }) })),
      }),
      ...(config && {
        config: config.map(fact => ({ ...fact, value: isSecretName(fact.key) ? REDACTED : fact.value })),
      }),
    }
  })
  return () => facts
}

/** Each request that the application answered. */
export function forwardRequests(forward: (request: RequestFact) => void): void {
  subscribe(CHANNELS.request, message => {
    const { method, path, status, timings, sql } = message as RequestFact
    forward({ method, path, status, ...(timings && { timings }), ...(sql && { sql: sql.slice(0, 50) }) })
  })
}
