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
    // The first and the last address of each network.
    ['10.0.0.0'],
    ['10.255.255.255'],
    ['100.64.0.0'],
    ['100.127.255.255'],
    ['127.0.0.0'],
    ['127.255.255.255'],
    ['169.254.0.0'],
    ['169.254.255.255'],
    ['172.16.0.0'],
    ['172.31.255.255'],
    ['192.168.0.0'],
    ['192.168.255.255'],
    ['::1'],
    ['fc00::'],
    ['fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['fe80::'],
    ['febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    // The other end of a Unix socket.
    [''],
  ])('%j', address => {
    expect(afterHundred(address, 100)).toBe(address)
    expect(afterHundred(address, 91)).toBe(address)
    expect(afterHundred(address, 90)).toBeUndefined()
    expect(afterHundred(address, 100, false)).toBeUndefined()
  })

  test.each([
    ...['9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0'],
    ...['169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0'],
    ...['fbff:ffff::1', 'fe00::', 'fe7f:ffff::1', 'fec0::', '::', '::2', '2001:db8::1', 'unknown'],
  ])('%j is not such an address', address => expect(afterHundred(address, 100)).toBeUndefined())
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
