import { resolve } from 'node:path'
import { ArlenError } from '@arlen/core'
import { serveStatic } from '@arlen/http'
import { hostCheck } from '@arlen/security'
import { createPasswords, generateSecret, session } from '@arlen/session'
import { describe, expect, test } from 'vitest'
import { FRAMEWORK } from './options/framework.ts'
import { PARTS } from './options/parts.ts'
import type { Row } from './options/rows.ts'
import { optionBagsOf } from './surface/option-bags.ts'
import { readSurfaces } from './surface/report.ts'

const ROWS: readonly Row[] = [...PARTS, ...FRAMEWORK]

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

async function refusalOf({ make, valid = {}, misspelled }: Row): Promise<ArlenError> {
  try {
    await make(withOption(valid, misspelled) as never)
  } catch (error) {
    if (error instanceof ArlenError) return error
    throw error
  }
  throw new Error('the option was taken in silence')
}

/** `{ limits: { headers: 1 } }` of `limits.headers`, beside what is valid. */
function withOption(valid: object, path: string): object {
  const value: unknown = path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), 1)
  return { ...valid, ...(value as object) }
}

describe('a misspelled option is refused, with the one that was meant:', () => {
  test.each(ROWS.map(row => [`${row.bag} ${row.misspelled}`, row] as const))('%s', async (_, row) => {
    const error = await refusalOf(row)
    const message = expect.stringContaining(`Did you mean ${row.meant}?`)
    expect(error).toMatchObject({ code: 'option_unknown', message })
    expect(error.message).toContain(row.owner ?? row.bag.split(' ')[1])
  })
})

test('no function or method of a package takes options that are not read like this', () => {
  const known = new Set([...ROWS.map(row => row.bag), ...Object.keys(WITHOUT_ROW)])
  const found = new Set(
    readSurfaces(resolve(import.meta.dirname, '..')).flatMap(({ name, entryPoints }) =>
      entryPoints.flatMap(({ exports }) => exports.flatMap(optionBagsOf).map(bag => `${name} ${bag}`)),
    ),
  )
  expect([...found].filter(bag => !known.has(bag))).toEqual([])
  expect(Object.keys(WITHOUT_ROW).filter(bag => !found.has(bag))).toEqual([])
})

test('a value of the wrong kind is refused by name', () => {
  const invalid = (name: string) =>
    expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(name) })
  expect(() => session({ secrets: [generateSecret()], idleMs: '12h' as unknown as number })).toThrow(invalid('idleMs'))
  expect(() => createPasswords({ atOnce: 0 })).toThrow(invalid('atOnce'))
  expect(() => hostCheck({} as { hosts: string[] })).toThrow(invalid('hosts'))
  expect(() => serveStatic('.', { checkMs: Number.NaN })).toThrow(invalid('checkMs'))
})
