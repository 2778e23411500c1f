import { seededBelow } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import { addressKey } from './address-key.ts'

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:c000:207', '192.0.2.7'],
  ['::ffff:c0a8:fe07', '192.168.254.7'],
  ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['1::', '1:0:0:0::/64'],
  ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
  ['::2:3:4:5:6:7:8', '0:2:3:4::/64'],
  ['1:2:3:4:5:6:192.0.2.7', '1:2:3:4::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
])('%s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key)
})

test('can count wider networks', () => {
  expect(addressKey('2001:db8:1:12ff::1', 56)).toBe('2001:db8:1:1200::/56')
  expect(addressKey('2001:db8:1:12ff::1', 48)).toBe('2001:db8:1:0::/48')
})

test('leaves alone what is not an address', () => {
  for (const text of [
    '',
    'unix',
    ':',
    ':::',
    '1:2:3',
    '1::2::3',
    'x::1',
    '12345::1',
    '1:2:3:4:5:6:7:8:9',
    '::1.2.3',
    '1:2:3:4:5:6:7:8::',
    '1:2:3:4:5:6:7:8:',
    ':1:2:3:4:5:6:7:8',
    '::1::',
    '::1:',
    '::300.1.1.1',
    '1:2:3:4:5:6:7:1.2.3.4',
    '::g',
    '1:::2',
  ]) {
    expect(addressKey(text)).toBe(text)
  }
})

test('10,000 addresses of one /64 are one key', () => {
  const keys = new Set(
    Array.from({ length: 10_000 }, (_, i) => addressKey(`2001:db8:7:7:${i.toString(16)}:0:1:${i % 7}`)),
  )
  expect(keys.size).toBe(1)
})

test('agrees with the parser of URLs about 20,000 addresses', () => {
  const random = seededBelow(7)
  for (let i = 0; i < 20_000; i++) {
    const groups = Array.from({ length: 8 }, () => (random(3) === 0 ? 0 : random(65536)))
    const long = groups.map(group => group.toString(16)).join(':')
    const short = new URL(`http://[${long}]`).hostname.slice(1, -1)
    expect(addressKey(short), short).toBe(addressKey(long))
    expect(addressKey(long)).toMatch(
      new RegExp(
        `^${groups
          .slice(0, 4)
          .map(group => group.toString(16))
          .join(':')}::/64$|^[0-9.]+$`,
      ),
    )
  }
})

test.each<[address: string, ipv6Prefix: number, ipv4Prefix: number, key: string]>([
  ['2001:db8:abcd:12ff::1', 64, 32, '2001:db8:abcd:12ff::/64'],
  ['2001:db8:abcd:12ff::1', 56, 32, '2001:db8:abcd:1200::/56'],
  ['2001:db8:abcd:12ff::1', 48, 32, '2001:db8:abcd:0::/48'],
  ['2001:db8:abcd:12ff::1', 44, 32, '2001:db8:abc0:0::/44'],
  ['2001:db8:abcd:12ff::1', 32, 32, '2001:db8:0:0::/32'],
  ['192.0.2.77', 64, 24, '192.0.2.0/24'],
  ['192.0.2.77', 64, 28, '192.0.2.64/28'],
  ['192.0.2.77', 64, 8, '192.0.0.0/8'],
  ['::ffff:192.0.2.77', 64, 24, '192.0.2.0/24'],
  ['192.0.2.777', 64, 24, '192.0.2.777'],
  ['home', 64, 24, 'home'],
  ['', 64, 24, ''],
])('%j by /%i and /%i is counted as %j', (address, ipv6Prefix, ipv4Prefix, key) => {
  expect(addressKey(address, ipv6Prefix, ipv4Prefix)).toBe(key)
})
