import { chmodSync, mkdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder, writeRelease } from '../../test/support.ts'
import { readManifest } from './manifest.ts'
import { findChanges, verifyRelease } from './verify.ts'

const files = { 'src/a.js': 'one', 'src/b.js': 'two' }

async function release() {
  const dir = await writeRelease(temporaryFolder(), { id: 'r1', files })
  for (const folder of ['', 'src', 'bin']) chmodSync(join(dir, folder), 0o755)
  chmodSync(join(dir, 'src/a.js'), 0o644)
  return dir
}

describe('a release is compared with its manifest', () => {
  test('an untouched one has no changes', async () => {
    const dir = await release()
    expect(await findChanges(dir)).toEqual([])
    expect((await verifyRelease(dir)).id).toBe('r1')
  })

  test.each<[string, (dir: string) => void, { path: string; problem: string }]>([
    [
      'one byte of one file',
      dir => writeFileSync(join(dir, 'src/a.js'), 'onE'),
      { path: 'src/a.js', problem: 'changed' },
    ],
    ['one byte more', dir => writeFileSync(join(dir, 'src/a.js'), 'one '), { path: 'src/a.js', problem: 'changed' }],
    ['a missing file', dir => unlinkSync(join(dir, 'src/b.js')), { path: 'src/b.js', problem: 'missing' }],
    ['an empty file more', dir => writeFileSync(join(dir, 'src/c.js'), ''), { path: 'src/c.js', problem: 'added' }],
    ['a hidden file more', dir => writeFileSync(join(dir, '.env'), ''), { path: '.env', problem: 'added' }],
    [
      'a link in the place of a file, to the same bytes',
      dir => {
        mkdirSync(join(dir, '../elsewhere'))
        writeFileSync(join(dir, '../elsewhere/b.js'), 'two')
        unlinkSync(join(dir, 'src/b.js'))
        symlinkSync('../../elsewhere/b.js', join(dir, 'src/b.js'))
      },
      { path: 'src/b.js', problem: 'changed' },
    ],
    [
      'a byte of the manifest itself',
      dir => {
        const file = join(dir, 'manifest.json')
        writeFileSync(file, readFileSync(file, 'utf8').replace('"version": "1.0.0"', '"version": "1.0.1"'))
      },
      { path: 'manifest.json', problem: 'changed' },
    ],
    [
      'a line feed more in the manifest',
      dir => writeFileSync(join(dir, 'manifest.json'), '\n', { flag: 'a' }),
      { path: 'manifest.json', problem: 'changed' },
    ],
    [
      'a file that may be run',
      dir => chmodSync(join(dir, 'src/a.js'), 0o755),
      { path: 'src/a.js', problem: 'changed' },
    ],
  ])('finds %s', async (_, change, expected) => {
    const dir = await release()
    change(dir)
    expect(await findChanges(dir)).toEqual([expected])
    await expect(verifyRelease(dir)).rejects.toMatchObject({
      code: 'release_changed',
      message: expect.stringContaining(`${expected.path} is ${expected.problem}`),
    })
  })
})

describe('a manifest is refused', () => {
  test('where there is none', async () => {
    await expect(readManifest(temporaryFolder())).rejects.toMatchObject({ code: 'manifest_missing' })
  })

  test.each([
    ['text that is not JSON', '{', 'JSON'],
    ['an array', '[]', 'format'],
    ['null', 'null', 'not an object'],
    ['another format', '{"formatVersion":2}', 'its format is 2; this arlen reads 1'],
    ['an id that is a path', '{"formatVersion":1,"id":"../x"}', 'id'],
    ['no files', '{"formatVersion":1,"id":"a"}', 'files, migrations or platforms are missing'],
    [
      'a file outside of the release',
      '{"formatVersion":1,"id":"a","migrations":[],"platforms":[],"files":{"../etc/passwd":{"link":"x"}}}',
      'the entry "../etc/passwd" is not sound',
    ],
    ...['/etc/passwd', '../../etc/passwd', 'b/../../../x'].map(
      link =>
        [
          `a link to ${link}`,
          `{"formatVersion":1,"id":"a","migrations":[],"platforms":[],"files":{"src/a":{"link":"${link}"}}}`,
          'the entry "src/a" is not sound',
        ] as [string, string, string],
    ),
    [
      'a file without a sound hash',
      '{"formatVersion":1,"id":"a","migrations":[],"platforms":[],"files":{"a":{"size":1,"sha256":"x"}}}',
      'the entry "a" is not sound',
    ],
  ])('%s', async (_, text, reason) => {
    const dir = temporaryFolder()
    writeFileSync(join(dir, 'manifest.json'), text)
    await expect(readManifest(dir)).rejects.toMatchObject({
      code: 'manifest_invalid',
      message: expect.stringContaining(reason),
    })
  })
})
