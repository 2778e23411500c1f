import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/helpers.ts'
import { unitBacklogs } from './unit-backlog.ts'

/** A `systemctl` that answers so, and writes down what it was asked. */
function systemctl(answer: string): { env: NodeJS.ProcessEnv; asked: () => string[] } {
  const folder = temporaryFolder()
  const file = path.join(folder, 'asked')
  writeFileSync(file, '')
  writeFileSync(path.join(folder, 'systemctl'), `#!/bin/sh\necho "$@" >> ${file}\n${answer}\n`)
  chmodSync(path.join(folder, 'systemctl'), 0o755)
  return {
    env: { PATH: `${folder}:${process.env.PATH}` },
    asked: () => readFileSync(file, 'utf8').split('\n').filter(Boolean),
  }
}

test('comes from the unit of each socket, which is read once', async () => {
  const { env, asked } = systemctl('echo 37')
  expect(await unitBacklogs(3, { ...env, LISTEN_FDNAMES: 'shop.socket:shop.socket:connection' })).toEqual([37, 37, 0])
  expect(asked()).toEqual(['--system show --property=Backlog --value -- shop.socket'])
  await unitBacklogs(1, { ...env, LISTEN_FDNAMES: 'a.socket', MANAGERPID: '1' })
  expect(asked()[1]).toBe('--user show --property=Backlog --value -- a.socket')
})

test('is as long as possible where the unit sets no limit', async () => {
  expect(await unitBacklogs(1, { ...systemctl('echo 4294967295').env, LISTEN_FDNAMES: 'a.socket' })).toEqual([65_535])
})

test('is unknown without names, without systemctl, and where it fails', async () => {
  expect(await unitBacklogs(2, {})).toEqual([0, 0])
  expect(await unitBacklogs(1, { PATH: '/nowhere', LISTEN_FDNAMES: 'a.socket' })).toEqual([0])
  expect(await unitBacklogs(1, { ...systemctl('echo 5; exit 1').env, LISTEN_FDNAMES: 'a.socket' })).toEqual([0])
  expect(await unitBacklogs(1, { ...systemctl('echo none').env, LISTEN_FDNAMES: 'a.socket' })).toEqual([0])
})
