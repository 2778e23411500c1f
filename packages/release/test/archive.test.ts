import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { activateRelease, archiveRelease, initTarget, listReleases } from '../src/index.ts'
import { temporaryFolder, writeRelease } from './support.ts'

const files = { 'src/a.js': 'one', 'public/é.txt': 'two' }
const build = () => writeRelease(temporaryFolder(), { id: 'r1', files })

async function newTarget() {
  const target = temporaryFolder()
  await initTarget(target)
  return target
}

test('an archive is the same bytes wherever it is made, with a checksum that sha256sum reads', async () => {
  const [first, second] = [await archiveRelease(await build()), await archiveRelease(await build())]
  expect(readFileSync(first.file).equals(readFileSync(second.file))).toBe(true)
  const check = ['--check', basename(first.checksumFile)]
  expect(execFileSync('sha256sum', check, { cwd: dirname(first.file), encoding: 'utf8' })).toContain('r1.tar.zst: OK')
})

test('an archive can be activated, and is unpacked once', async () => {
  const { file } = await archiveRelease(await build())
  const target = await newTarget()
  for (let times = 0; times < 2; times++) {
    expect(await activateRelease({ target, release: file, canary: false })).toMatchObject({ to: 'r1' })
  }
  expect(readFileSync(join(target, 'current/public/é.txt'), 'utf8')).toBe('two')
  expect(await listReleases(target)).toHaveLength(1)
})

test('a folder of a release can also be activated', async () => {
  const target = await newTarget()
  expect(await activateRelease({ target, release: await build(), canary: false })).toMatchObject({ to: 'r1' })
})

test.each<[string, (file: string) => void, string]>([
  ['a byte more', file => appendFileSync(file, 'x'), 'checksum_wrong'],
  ['no checksum file', file => rmSync(`${file}.sha256`), 'checksum_missing'],
  [
    'text in its place',
    file => {
      writeFileSync(file, 'no archive')
      writeFileSync(`${file}.sha256`, execFileSync('sha256sum', [file]))
    },
    'archive_invalid',
  ],
])('%s is refused, and nothing of it stays', async (_, change, code) => {
  const { file } = await archiveRelease(await build())
  change(file)
  const target = await newTarget()
  await expect(activateRelease({ target, release: file, canary: false })).rejects.toMatchObject({ code })
  expect(await listReleases(target)).toEqual([])
  expect(existsSync(join(target, 'current'))).toBe(false)
})

test('a target that lists keys takes only what one of them has signed', async () => {
  const folder = temporaryFolder()
  const keyFile = join(folder, 'private.pem')
  const keys = [0, 1].map(() => generateKeyPairSync('ed25519'))
  const pem = (index: number) => keys[index]!.publicKey.export({ type: 'spki', format: 'pem' })
  writeFileSync(keyFile, keys[0]!.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const { file, signatureFile } = await archiveRelease(await build(), { keyFile })
  const target = await newTarget()
  mkdirSync(join(target, 'shared/keys'))
  writeFileSync(join(target, 'shared/keys/other.pem'), pem(1))
  const activate = () => activateRelease({ target, release: file, canary: false })
  await expect(activate()).rejects.toMatchObject({ code: 'signature_wrong' })
  writeFileSync(join(target, 'shared/keys/ours.pem'), pem(0))
  expect(await activate()).toMatchObject({ to: 'r1' })

  const publicKey = join(folder, 'public.pem')
  writeFileSync(publicKey, pem(0))
  const args = ['pkeyutl', '-verify', '-pubin', '-inkey', publicKey, '-rawin', '-in', file, '-sigfile', signatureFile!]
  expect(execFileSync('openssl', args, { encoding: 'utf8' })).toContain('Verified Successfully')

  const unsigned = join(folder, basename(file))
  copyFileSync(file, unsigned)
  copyFileSync(`${file}.sha256`, `${unsigned}.sha256`)
  const bare = activateRelease({ target, release: unsigned, canary: false })
  await expect(bare).rejects.toMatchObject({ code: 'signature_missing' })
})
