import type { Visitor } from '@arlen/testing'
import { expect, test } from 'vitest'
import { emailOf, openShop } from './shop.ts'

process.env.ARLEN_HTTP_TRUSTED_PROXIES = '127.0.0.1'
process.env.ARLEN_HTTP_FORWARDED_HEADER = 'X-Forwarded-For, X-Forwarded-Proto'
process.env.ARLEN_SECURITY_HOSTS = 'shop.example'
const { t, person } = await openShop('production')

/** Someone at that address, behind a proxy with TLS. */
const at = (address: string, more = {}): Visitor =>
  t.visitor({
    headers: {
      Host: 'shop.example',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-For': address,
      Origin: 'https://shop.example',
      ...more,
    },
  })

/** Logs in with wrong passwords, each time from the address that is named. */
async function guess(name: string, addresses: readonly string[]): Promise<number[]> {
  const statuses: number[] = []
  for (const address of addresses) {
    const fields = { email: emailOf(name), password: 'propane?' }
    const page = await at(address).visit('/login')
    statuses.push((await page.submit('[action="/login"]', fields).header('Origin', 'https://shop.example')).status)
  }
  return statuses
}

test('behind a proxy with TLS, browsers are told to use only https', async () => {
  await at('203.0.113.5')
    .visit('/login')
    .status(200)
    .header('strict-transport-security', 'max-age=31536000; includeSubDomains')
    .csp('upgrade-insecure-requests')
    .header('set-cookie', /^__Host-session=[\w-]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
})

test('requests for other hosts are rejected, except health checks', async () => {
  await at('203.0.113.5', { Host: 'evil.example' }).visit('/login').status(421)
  await at('203.0.113.5', { Host: 'internal', 'X-Forwarded-Host': 'shop.example' }).visit('/login').status(421)
  await t.get('/healthz').header('Host', '10.0.0.1').status(200)
})

test('guesses are counted for the client, regardless of the forwarded addresses that it claims', async () => {
  const spoofed = Array.from({ length: 6 }, (_, i) => `10.9.8.${i}, 203.0.113.7`)
  expect(await guess('Hank', spoofed)).toEqual([422, 422, 422, 422, 422, 429])
  const network = Array.from({ length: 6 }, (_, i) => `2001:db8:1:2::${i}`)
  expect(await guess('Hank', network)).toEqual([422, 422, 422, 422, 422, 429])
  expect(await guess('Hank', ['203.0.113.8'])).toEqual([422])
})

test('a link in mail leads to the host that is configured', async () => {
  await person('Peggy')
  const page = await at('203.0.113.9').visit('/forgot-password')
  await page
    .submit('main form', { email: emailOf('Peggy') })
    .header('Origin', 'https://shop.example')
    .status(303)
  const { links } = await t.outbox.next()
  expect(links).toEqual([expect.stringMatching(/^https:\/\/shop\.example\/reset-password\?token=password-reset_/)])
})
