import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { resolveIdentity } from './identities.ts'

function etc(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'propane-etc-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(path.join(folder, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\nshop:x:1001:1002::/srv/shop:/bin/false\n')
  writeFileSync(path.join(folder, 'group'), 'root:x:0:\nshop:x:1002:\nweb:x:33:shop\n')
  return folder
}

const SHOP = { user: 'shop', home: '/srv/shop' }

test('a user brings its own group, unless one is named', () => {
  expect(resolveIdentity('', '', etc())).toEqual({})
  expect(resolveIdentity('shop', '', etc())).toEqual({ uid: 1001, gid: 1002, ...SHOP })
  expect(resolveIdentity('shop', 'web', etc())).toEqual({ uid: 1001, gid: 33, ...SHOP })
  expect(resolveIdentity('1001', '33', etc())).toEqual({ uid: 1001, gid: 33, ...SHOP })
  expect(resolveIdentity('4711', '', etc())).toEqual({ uid: 4711 })
})

test('an unknown name is refused', () => {
  expect(() => resolveIdentity('nobody-here', '', etc())).toThrow('This machine has no user named nobody-here.')
  expect(() => resolveIdentity('', 'none', etc())).toThrow('This machine has no group named none.')
})
