import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CreateOptions, create } from './create.ts'
import { packageVersion } from './version.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'create-arlen-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const make = (folder: string, more: Partial<CreateOptions> = {}) =>
  create({ folder, cwd, install: false, git: false, packageManager: 'npm', ...more })
const read = (...path: string[]) => readFileSync(join(cwd, ...path), 'utf8')

describe('an application', () => {
  test.each(['full', 'api', 'lite'] as const)('of the template %s has its own name everywhere', async template => {
    const { files, folder, name } = await make('corner-shop', { template })
    expect([folder, name]).toEqual([join(cwd, 'corner-shop'), 'corner-shop'])
    expect(files).toEqual(expect.arrayContaining(['.gitignore', 'app.ts', 'package.json', 'tsconfig.json']))
    const texts = files.map(file => read('corner-shop', file)).join('\n')
    expect(texts).not.toMatch(/app-name|App Name|template-(?:full|api|lite)|workspace:|catalog:/)
    expect(texts).toContain('Corner Shop')
    const { name: packageName, dependencies } = JSON.parse(read('corner-shop', 'package.json'))
    expect([packageName, dependencies.arlen]).toEqual(['corner-shop', `^${packageVersion()}`])
    expect(files.filter(file => /node_modules|^\.arlen/.test(file))).toEqual([])
  })

  test('is set up for the package manager', async () => {
    const { files: npm } = await make('npm-shop')
    const { files: pnpm } = await make('pnpm-shop', { packageManager: 'pnpm' })
    expect(pnpm.filter(file => !npm.includes(file.replaceAll('pnpm-shop', 'npm-shop')))).toEqual([
      'pnpm-workspace.yaml',
    ])
    for (const file of ['Dockerfile', '.github/workflows/check.yml', 'README.md']) {
      expect(read('npm-shop', file)).not.toContain('pnpm')
      expect(read('pnpm-shop', file)).toMatch(/pnpm (install|exec)/)
      expect(read('pnpm-shop', file)).not.toMatch(/\bnpx|npm ci/)
    }
  })

  test('may be made in an empty folder, in a repository without files, and below folders that are not there', async () => {
    mkdirSync(join(cwd, 'shop/.git'), { recursive: true })
    await expect(make('shop')).resolves.toMatchObject({ name: 'shop' })
    await expect(make('a/b/shop', { template: 'lite' })).resolves.toMatchObject({ folder: join(cwd, 'a/b/shop') })
  })
})

describe('a folder', () => {
  test('that is the working folder gives the application its name', async () => {
    mkdirSync(join(cwd, 'shop'))
    await expect(make('.', { cwd: join(cwd, 'shop') })).resolves.toMatchObject({
      name: 'shop',
      folder: join(cwd, 'shop'),
    })
  })

  test('that is not empty is refused and left alone', async () => {
    mkdirSync(join(cwd, 'shop'))
    writeFileSync(join(cwd, 'shop/notes.txt'), 'mine')
    await expect(make('shop')).rejects.toMatchObject({ code: 'folder_not_empty' })
    expect(readdirSync(join(cwd, 'shop'))).toEqual(['notes.txt'])
  })

  test('that is not empty is written into by force; other files stay', async () => {
    mkdirSync(join(cwd, 'shop'))
    writeFileSync(join(cwd, 'shop/notes.txt'), 'mine')
    writeFileSync(join(cwd, 'shop/app.ts'), 'old')
    await make('shop', { force: true })
    expect(read('shop', 'notes.txt')).toBe('mine')
    expect(read('shop', 'app.ts')).toContain('createApp')
  })

  test('that is a file is refused', async () => {
    writeFileSync(join(cwd, 'shop'), 'mine')
    await expect(make('shop', { force: true })).rejects.toMatchObject({ code: 'folder_is_file' })
    expect(read('shop')).toBe('mine')
  })

  test('below a file is refused with the reason', async () => {
    writeFileSync(join(cwd, 'file'), 'mine')
    await expect(make('file/shop')).rejects.toMatchObject({
      code: 'folder_not_writable',
      message: expect.stringContaining('/file/shop: a part of the path is a file.'),
    })
    expect(readdirSync(cwd)).toEqual(['file'])
  })

  test.skipIf(process.platform !== 'linux')('where no folders can be made is refused at once', async () => {
    for (const folder of ['/proc/shop', '/proc/self/a/shop']) {
      await expect(make(folder), folder).rejects.toMatchObject({
        code: 'folder_not_writable',
        message: expect.stringMatching(/no new folders|permission denied/),
      })
    }
  })

  test('behind a symbolic link to nothing is refused, and the link stays', async () => {
    symlinkSync('nowhere', join(cwd, 'link'))
    symlinkSync('circle', join(cwd, 'circle'))
    for (const folder of ['link', 'link/shop', 'circle', 'circle/shop']) {
      await expect(make(folder), folder).rejects.toMatchObject({
        code: 'folder_not_writable',
        message: expect.stringMatching(
          /a part of the path is a symbolic link to nothing|a symbolic link in the path leads back/,
        ),
      })
    }
    expect(readdirSync(cwd)).toEqual(['circle', 'link'])
  })

  test('behind a symbolic link to a folder is made there', async () => {
    mkdirSync(join(cwd, 'real'))
    symlinkSync('real', join(cwd, 'link'))
    await make('link', { template: 'lite' })
    expect(readdirSync(join(cwd, 'real'))).toContain('app.ts')
  })

  test('whose path is too long is refused, and nothing of it is left', async () => {
    await expect(make(`${'a/'.repeat(2_100)}shop`)).rejects.toMatchObject({
      code: 'folder_not_writable',
      message: expect.stringContaining('the path is too long.'),
    })
    await expect(make(`${'x'.repeat(300)}/shop`)).rejects.toMatchObject({ code: 'folder_not_writable' })
    expect(readdirSync(cwd)).toEqual([])
  })

  test.skipIf(process.getuid?.() === 0)('that may not be read is refused', async () => {
    mkdirSync(join(cwd, 'shop'), { mode: 0o000 })
    await expect(make('shop', { force: true })).rejects.toMatchObject({
      code: 'folder_not_writable',
      message: expect.stringContaining('permission denied'),
    })
  })

  test('is as before when something fails half-way', async () => {
    mkdirSync(join(cwd, 'shop/src'), { recursive: true })
    writeFileSync(join(cwd, 'shop/app.ts'), 'old')
    writeFileSync(join(cwd, 'shop/src/notes'), 'a file where a folder goes')
    await expect(make('shop', { force: true })).rejects.toMatchObject({ code: 'folder_not_writable' })
    expect(readdirSync(join(cwd, 'shop'), { recursive: true }).sort()).toEqual(['app.ts', 'src', 'src/notes'])
    expect(read('shop', 'app.ts')).toBe('old')
  })

  test('has its lock file back when the installation fails', async () => {
    mkdirSync(join(cwd, 'shop'))
    mkdirSync(join(cwd, 'bin'))
    writeFileSync(join(cwd, 'shop/package-lock.json'), 'mine')
    writeFileSync(join(cwd, 'bin/npm'), '#!/bin/sh\necho changed > package-lock.json; mkdir node_modules; exit 1\n', {
      mode: 0o755,
    })
    const env = { PATH: `${join(cwd, 'bin')}:/usr/bin:/bin` }
    await expect(make('shop', { force: true, install: true, env })).rejects.toMatchObject({ code: 'install_failed' })
    expect([readdirSync(join(cwd, 'shop')), read('shop', 'package-lock.json')]).toEqual([['package-lock.json'], 'mine'])
  })

  test('is gone when it is interrupted, with the folders that were made for it', async () => {
    const controller = new AbortController()
    const interrupted = make('a/b/shop', { signal: controller.signal, onStep: () => controller.abort() })
    await expect(interrupted).rejects.toMatchObject({ code: 'interrupted' })
    expect(readdirSync(cwd)).toEqual([])
  })
})

describe('a name', () => {
  test.each([
    ['Shop', 'shop'],
    ['my shop', 'my-shop'],
    ['Café', 'cafe'],
    ['Crème Brûlée', 'creme-brulee'],
    ['   ', 'my-app'],
    ['_shop', 'shop'],
    ['shop!', 'shop'],
    ['node_modules', 'node-modules'],
    ['@me/shop', 'shop'],
    ['@me', 'me'],
    ['shop*', 'shop'],
    ['shop.', 'shop'],
    ['shop-', 'shop'],
    ['my..shop', 'my-shop'],
    ['my-_shop', 'my-shop'],
    ['a\nb', 'a-b'],
    ['fs', 'my-app'],
    ['sub/My Shop', 'my-shop'],
    ['arlen', 'my-app'],
    ['valibot', 'my-app'],
    ['http', 'my-app'],
    ['日本', 'my-app'],
    ['con', 'my-app'],
    ['lpt1.shop', 'lpt1-shop'],
    ['..shop', 'shop'],
    ['...', 'my-app'],
    ['x'.repeat(215), 'x'.repeat(50)],
  ])('%s is refused, and %s is proposed', async (name, proposed) => {
    await expect(make(name)).rejects.toMatchObject({
      code: 'name_invalid',
      message: expect.stringMatching(new RegExp(`^[^\\n]+\\. Try ${proposed}\\.$`)),
    })
    expect(readdirSync(cwd)).toEqual([])
  })

  test.each(['shop', 'shop2', '2shops', 'my.shop', 'my_shop', 'x', 'consoles'])('%s is taken', async name => {
    await expect(make(name, { template: 'lite' })).resolves.toMatchObject({ name })
  })
})

test('options are checked', async () => {
  await expect(make('shop', { template: 'tiny' as 'lite' })).rejects.toMatchObject({ code: 'option_invalid' })
  await expect(create({ folder: 'shop', instal: false } as CreateOptions)).rejects.toMatchObject({
    code: 'option_unknown',
  })
})
