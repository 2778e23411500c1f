import { expect, test } from 'vitest'
import { proxyOptions } from './http-options.ts'

const config = (trustedProxies: string[], forwardedHeader: string[]) => ({ trustedProxies, forwardedHeader }) as never

test('the proxies that are trusted are those of the configuration', () => {
  const http = config(['10.0.0.0/8'], ['forwarded', 'x-forwarded-proto'])
  expect(proxyOptions(http, false)).toEqual(http)
})

test('in development the development server is a trusted proxy, which sends X-Forwarded-For', () => {
  expect(proxyOptions(config(['10.0.0.0/8'], ['forwarded', 'x-forwarded-proto']), true)).toEqual({
    trustedProxies: ['unix', '10.0.0.0/8'],
    forwardedHeader: ['x-forwarded-for', 'x-forwarded-proto'],
  })
})
