import { describe, expect, test } from 'vitest'
import { ProxyCollapse } from './proxy-collapse.ts'

/** What the last of a hundred requests brings to light, of which so many are from one address and were forwarded. */
function afterHundred(
  address: string,
  same: number,
  forwarded = true,
  watch = new ProxyCollapse(),
): string | undefined {
  let found: string | undefined
  for (let i = 0; i < 100; i++) {
    const isSame = i < same
    const noticed = watch.notice(isSame ? address : `198.51.100.${i}`, isSame && forwarded)
    if (i < 99) expect(noticed).toBeUndefined()
    found = noticed
  }
  return found
}

describe('a proxy that is not trusted shows by one private address for nearly all clients', () => {
  test.each([
    ['10.0.0.1'],
    ['172.16.0.1'],
    ['172.31.255.255'],
    ['192.168.1.1'],
    ['127.0.0.1'],
    ['100.64.0.1'],
    ['169.254.1.1'],
    ['::1'],
    ['fd00::1'],
    ['fe80::1'],
    // The other end of a Unix socket.
    [''],
  ])('%j', address => {
    expect(afterHundred(address, 100)).toBe(address)
    expect(afterHundred(address, 91)).toBe(address)
    expect(afterHundred(address, 90)).toBeUndefined()
    expect(afterHundred(address, 100, false)).toBeUndefined()
  })

  test.each(['8.8.8.8', '172.32.0.1', '192.169.0.1', '100.128.0.1', '2001:db8::1', 'unknown'])(
    '%j is not such an address',
    address => expect(afterHundred(address, 100)).toBeUndefined(),
  )
})

test('it is said once, and no more is looked at', () => {
  const watch = new ProxyCollapse()
  expect(watch.isSettled).toBe(false)
  expect(afterHundred('10.0.0.1', 100, true, watch)).toBe('10.0.0.1')
  expect(watch.isSettled).toBe(true)
})

test('each hundred requests are looked at by themselves, a thousand at most', () => {
  const watch = new ProxyCollapse()
  for (let round = 0; round < 9; round++) {
    expect(afterHundred('8.8.8.8', 100, true, watch)).toBeUndefined()
    expect(watch.isSettled).toBe(false)
  }
  expect(afterHundred('8.8.8.8', 100, true, watch)).toBeUndefined()
  expect(watch.isSettled).toBe(true)
  const late = new ProxyCollapse()
  expect(afterHundred('10.0.0.1', 10, true, late)).toBeUndefined()
  expect(afterHundred('10.0.0.2', 100, true, late)).toBe('10.0.0.2')
})
