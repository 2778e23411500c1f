import { expect, test } from 'vitest'
import { hostList, hostName } from './host-list.ts'

test.each([
  ['Shop.Example', 'shop.example'],
  ['shop.example:8080', 'shop.example'],
  ['shop.example.', 'shop.example'],
  ['shop.example.:443', 'shop.example'],
  ['[::1]:3000', '[::1]'],
  ['127.0.0.1', '127.0.0.1'],
  ['', ''],
  ['shop.example:', ''],
  ['shop.example:80:80', ''],
  ['user@shop.example', ''],
  ['shop.example/evil', ''],
  ['shop.example evil', ''],
  ['shop.example\r\nx: y', ''],
])('the name of %j is %j', (host, name) => {
  expect(hostName(host)).toBe(name)
})

test('takes what is listed, and what stands below a name with a dot in front', () => {
  const allowed = hostList(['shop.example', '.shop.example', 'local'])
  for (const host of [
    'shop.example',
    'SHOP.example:443',
    'a.b.shop.example',
    'localhost:3000',
    'x.localhost',
    '[::1]',
  ]) {
    expect(allowed(host), host).toBe(true)
  }
  for (const host of ['evilshop.example', 'shop.example.evil.test', 'evil.test', '', '.shop.example', '127.0.0.2']) {
    expect(allowed(host), host).toBe(false)
  }
})

test.each(['https://shop.example', 'shop.example:80', '', '*', '*.shop.example', 'shop example', 'shop/'])(
  'refuses the entry %j at boot',
  entry => {
    expect(() => hostList([entry])).toThrow(expect.objectContaining({ code: 'hosts_invalid' }))
  },
)
