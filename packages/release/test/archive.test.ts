import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync, hash } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { zstdCompressSync } from 'node:zlib'
import { create } from 'tar'
import { describe, expect, test } from 'vitest'
import { inspectArchive } from '../src/build/inspect-archive.ts'
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

test('another release with the id of one that is there is refused, and neither is touched', async () => {
  const target = await newTarget()
  await activateRelease({ target, release: (await archiveRelease(await build())).file, canary: false })
  const dir = await writeRelease(temporaryFolder(), { id: 'r1', files: { ...files, 'src/a.js': 'two' } })
  for (const release of [dir, (await archiveRelease(dir)).file]) {
    await expect(activateRelease({ target, release, canary: false })).rejects.toMatchObject({
      code: 'release_differs',
      message: expect.stringContaining(`remove ${join(target, 'releases/r1')} there`),
    })
  }
  expect(readFileSync(join(target, 'current/src/a.js'), 'utf8')).toBe('one')
  expect(readdirSync(join(target, 'releases'))).toEqual(['r1'])
})

test.each<[string, (folder: string) => string, string]>([
  ['an archive that is not there', folder => join(folder, 'r9.tar.zst'), 'archive_missing'],
  ['a folder that is no release', folder => folder, 'manifest_missing'],
  ['an id that is not there', () => 'r9', 'release_unknown'],
])('%s is not activated', async (_, name, code) => {
  const target = await newTarget()
  const activating = activateRelease({ target, release: name(temporaryFolder()), canary: false })
  await expect(activating).rejects.toMatchObject({ code, message: expect.stringMatching(/^[^\n]+$/) })
  expect(readdirSync(join(target, 'releases'))).toEqual([])
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

/** An archive that nothing of ours would write. Returns its file, with a checksum that fits. */
async function pack(folder: string, paths: readonly string[], rename = (path: string) => path): Promise<string> {
  const entries = create({ cwd: folder, portable: true, onWriteEntry: entry => (entry.path = rename(entry.path)) }, [
    ...paths,
  ])
  const file = join(temporaryFolder(), 'r1.tar.zst')
  writeFileSync(file, zstdCompressSync(await buffer(entries)))
  writeFileSync(`${file}.sha256`, execFileSync('sha256sum', [file]))
  return file
}

describe('an archive', () => {
  const outside = (path: string) => (path.endsWith('a.js') ? 'r1/../../pwned.js' : path)
  const absolute = (path: string) => (path.endsWith('a.js') ? '/pwned.js' : path)
  const link = async (to: string) => {
    const dir = await build()
    chmodSync(join(dir, 'src'), 0o755)
    symlinkSync(to, join(dir, 'src/link'))
    return pack(dirname(dir), ['r1'])
  }

  test.each<[string, () => Promise<string>]>([
    ['with a file outside of its folder', async () => pack(dirname(await build()), ['r1'], outside)],
    ['with a file at an absolute path', async () => pack(dirname(await build()), ['r1'], absolute)],
    ['with a link to an absolute path', () => link('/etc')],
    ['with a link that leads out of it', () => link('../../../shared')],
    [
      'of two releases',
      async () => {
        const dir = await build()
        await writeRelease(dirname(dir), { id: 'r2' })
        return pack(dirname(dir), ['r1', 'r2'])
      },
    ],
    [
      'of something else',
      async () => {
        const folder = temporaryFolder()
        mkdirSync(join(folder, 'shop'))
        return pack(folder, ['shop'])
      },
    ],
    [
      'that was cut off',
      async () => {
        const { file } = await archiveRelease(await build())
        writeFileSync(file, readFileSync(file).subarray(0, -100))
        writeFileSync(`${file}.sha256`, execFileSync('sha256sum', [file]))
        return file
      },
    ],
    [
      'that is empty',
      async () => {
        const file = join(temporaryFolder(), 'r1.tar.zst')
        writeFileSync(file, '')
        writeFileSync(`${file}.sha256`, execFileSync('sha256sum', [file]))
        return file
      },
    ],
  ])('%s is refused, on a target and before it is brought to a host', async (_, make) => {
    const file = await make()
    await expect(inspectArchive(file)).rejects.toMatchObject({
      code: 'archive_invalid',
      message: expect.stringMatching(/^[^\n]+$/),
    })
    const target = await newTarget()
    const refusal = expect.stringMatching(/^(?:archive_invalid|manifest_missing|manifest_invalid|release_changed)$/)
    await expect(activateRelease({ target, release: file, canary: false })).rejects.toMatchObject({ code: refusal })
    expect(readdirSync(join(target, 'releases'))).toEqual([])
    expect(existsSync(join(dirname(target), 'pwned.js'))).toBe(false)
    expect(existsSync(join(target, 'pwned.js'))).toBe(false)
  })

  test('may be called anything: its release says its id', async () => {
    const { file } = await archiveRelease(await build())
    renameSync(file, join(dirname(file), 'latest.tar.zst'))
    const facts = await inspectArchive(join(dirname(file), 'latest.tar.zst'))
    const manifest = readFileSync(join(dirname(file), 'r1/manifest.json'))
    expect(facts).toEqual({ id: 'r1', manifestSha256: hash('sha256', manifest) })
  })
})

test('a target that lists keys takes only what one of them has signed', async () => {
  const folder = temporaryFolder()
  const keyFile = join(folder, 'private.pem')
  const keys = [0, 1].map(() => generateKeyPairSync('ed25519'))
  const pem = (index: number) => keys[index]!.publicKey.export({ type: 'spki', format: 'pem' })
  writeFileSync(keyFile, keys[0]!.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const { file } = await archiveRelease(await build(), { keyFile })
  const target = await newTarget()
  mkdirSync(join(target, 'shared/keys'))
  writeFileSync(join(target, 'shared/keys/other.pem'), pem(1))
  const activate = () => activateRelease({ target, release: file, canary: false })
  await expect(activate()).rejects.toMatchObject({ code: 'signature_wrong' })
  writeFileSync(join(target, 'shared/keys/ours.pem'), pem(0))
  expect(await activate()).toMatchObject({ to: 'r1' })

  const unsigned = join(folder, basename(file))
  copyFileSync(file, unsigned)
  copyFileSync(`${file}.sha256`, `${unsigned}.sha256`)
  const bare = activateRelease({ target, release: unsigned, canary: false })
  await expect(bare).rejects.toMatchObject({ code: 'signature_missing' })
})

test.skipIf(spawnSync('openssl', ['version']).status !== 0)(
  'a signature can be verified with openssl (needs openssl)',
  async () => {
    const folder = temporaryFolder()
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const [keyFile, publicFile] = [join(folder, 'private.pem'), join(folder, 'public.pem')]
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    writeFileSync(publicFile, publicKey.export({ type: 'spki', format: 'pem' }))
    const { file, signatureFile } = await archiveRelease(await build(), { keyFile })
    const args = ['-verify', '-pubin', '-inkey', publicFile, '-rawin', '-in', file, '-sigfile', signatureFile!]
    expect(execFileSync('openssl', ['pkeyutl', ...args], { encoding: 'utf8' })).toContain('Verified Successfully')
  },
)
