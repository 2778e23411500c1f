import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { FRAMEWORK } from './options/framework.ts'
import { PARTS } from './options/parts.ts'
import { optionBagsOf } from './surface/option-bags.ts'
import { readSurfaces } from './surface/report.ts'

/** What takes options, and has no row here. */
const WITHOUT_ROW: Readonly<Record<string, string>> = {
  '@arlen/boomhauer runBoomhauer()': 'hands them to createBoomhauer()',
  '@arlen/core Controllable.setLoadRules()': 'called by process managers; rules that a newer one adds are ignored',
  '@arlen/http HttpServer.setLoadRules()': 'called by process managers; rules that a newer one adds are ignored',
  '@arlen/core Servable.close()': 'an interface; see HttpServer and App',
  '@arlen/core Servable.listen()': 'an interface; see HttpServer and App',
  '@arlen/core readOptions()': 'reads them',
  '@arlen/pg Embedded.stop()': 'needs a server: packages/pg/test/embedded.test.ts',
  '@arlen/router RouteContext.empty()': 'an interface of what a context offers',
  '@arlen/security fastifyRateLimit()': 'a plugin, which needs Fastify: packages/security/test/adapters.test.ts',
  '@arlen/security fastifySecurityHeaders()': 'a plugin, which needs Fastify: packages/security/test/adapters.test.ts',
  '@arlen/session fastifyCsrf()': 'a plugin, which needs Fastify: packages/session/test/adapters.test.ts',
  '@arlen/session fastifySession()': 'a plugin, which needs Fastify: packages/session/test/adapters.test.ts',
  '@arlen/session Throttle.attempt()': 'an interface; see LoginThrottle',
  '@arlen/session Throttle.succeeded()': 'an interface; see LoginThrottle',
  '@arlen/testing TestDb.begin()': 'needs a database: packages/testing/test/database.test.ts',
  '@arlen/testing TestDb.truncate()': 'needs a database: packages/testing/test/database.test.ts',
  'arlen definePlugin()': 'a plugin has the options that it says itself',
}

test('options.test.ts tries everything that takes options', () => {
  const known = new Set([...[...PARTS, ...FRAMEWORK].map(row => row.bag), ...Object.keys(WITHOUT_ROW)])
  const found = new Set(
    readSurfaces(resolve(import.meta.dirname, '..')).flatMap(({ name, entryPoints }) =>
      entryPoints.flatMap(({ exports }) => exports.flatMap(optionBagsOf).map(bag => `${name} ${bag}`)),
    ),
  )
  expect([...found].filter(bag => !known.has(bag))).toEqual([])
  expect(Object.keys(WITHOUT_ROW).filter(bag => !found.has(bag))).toEqual([])
})
