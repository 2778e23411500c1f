import { beforeAll, expect, test } from 'vitest'
import { readManifest } from '../src/index.ts'
import { buildWith, publishNativeModules } from './native-application.ts'

beforeAll(publishNativeModules)

const build = (names: readonly string[], platforms: readonly string[]) => buildWith(names, platforms, 'pnpm')

test('one release has the native modules of several platforms, and its manifest lists them', async () => {
  const { dir } = await build(['native', 'prebuilt'], ['linux-x64', 'linux-arm64'])
  const { platforms, files } = await readManifest(dir)
  expect(platforms).toEqual([
    { os: 'linux', arch: 'x64', libc: 'glibc' },
    { os: 'linux', arch: 'arm64', libc: 'glibc' },
  ])
  expect(Object.keys(files).filter(path => path.endsWith('.node'))).toEqual([
    'node_modules/native-linux-arm64/index.node',
    'node_modules/native-linux-x64/index.node',
    'node_modules/prebuilt/prebuilds/linux-arm64/x.node',
    'node_modules/prebuilt/prebuilds/linux-x64/x.node',
  ])
})

test('pnpm, which takes systems and processors apart, leaves none that was not asked for', async () => {
  const { dir } = await build(['native'], ['linux-arm64', 'darwin-arm64', 'linux-x64'])
  const { files } = await readManifest(dir)
  const modules = Object.keys(files).filter(path => path.endsWith('.node'))
  expect(modules).toEqual([
    'node_modules/native-darwin-arm64/index.node',
    'node_modules/native-linux-arm64/index.node',
    'node_modules/native-linux-x64/index.node',
  ])
  const { dir: other } = await build(['native'], ['linux-x64', 'darwin-arm64'])
  expect(Object.keys((await readManifest(other)).files).filter(path => path.endsWith('.node'))).toEqual([
    'node_modules/native-darwin-arm64/index.node',
    'node_modules/native-linux-x64/index.node',
  ])
})

test('a build with pnpm ends, too, when a package has no variant for one', async () => {
  await expect(build(['native'], ['linux-x64', 'linux-riscv64'])).rejects.toMatchObject({
    code: 'platform_missing',
    message: expect.stringMatching(/^native has no native module for linux-riscv64/),
  })
})
