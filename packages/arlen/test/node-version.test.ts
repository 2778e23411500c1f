import { afterEach, beforeEach, expect, test } from 'vitest'
import { serveApp } from './serve-app.ts'

const { versions } = process
const disguise = (node: string) => Object.defineProperty(process, 'versions', { value: { ...versions, node } })

beforeEach(() => void disguise('24.13.0'))
afterEach(() => void Object.defineProperty(process, 'versions', { value: versions }))

const warningsIn = async (environment: string) => {
  const config = { session: { enabled: false }, security: { enabled: false } }
  const served = await serveApp(app => void app.get('/', () => 'ok'), { environment, config })
  expect(await (await served.get('/')).text()).toBe('ok')
  await served.close()
  return served.log.filter(line => String(line.msg).includes('known vulnerabilities'))
}

test('an application in production says that its Node.js is vulnerable, and serves', async () => {
  expect(await warningsIn('production')).toMatchObject([{ level: 'warn', msg: expect.stringContaining('24.22.1') }])
  expect(await warningsIn('development')).toEqual([])
  disguise('24.22.1')
  expect(await warningsIn('production')).toEqual([])
})
