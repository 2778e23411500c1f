import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { requireWholeLinks } from '../src/build/require-whole-links.ts'
import { copySources, selectSources } from '../src/build/sources.ts'
import { buildRelease, deployRelease } from '../src/index.ts'
import { temporaryFolder, writeFiles } from './support.ts'

const PACKAGE = JSON.stringify({ name: 'shop', type: 'module', dependencies: { '@arlen/cli': '1' } })
const APP = { 'package.json': PACKAGE, 'app.ts': 'export default 1\n', 'package-lock.json': '{}' }

/** A configuration that misspells a default layout. */
function withLayout(section: string): Record<string, string> {
  return {
    'config/app.js': `export default { ${section}: { layout: 'layouts/stie' } }`,
    'templates/layouts/site.html.ets': '<%= content() %>',
  }
}

function git(root: string, ...args: string[]): void {
  const config = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false']
  execFileSync('git', [...config, ...args], { cwd: root, stdio: 'pipe' })
}

function repository(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder()
  git(root, 'init', '-q')
  writeFiles(root, files)
  git(root, 'add', '-A')
  git(root, 'commit', '-qm', 'first')
  return root
}

const selection = { exclude: [], include: [], allowDirty: false }

describe('a release contains', () => {
  test('includes the files that Git tracks, without tests, tool settings and hidden files', async () => {
    const root = repository({
      ...APP,
      '.env': 'SECRET=1',
      '.github/workflows/ci.yml': '',
      '.gitignore': 'uploads/\n',
      'config/deploy.ts': '',
      'db/migrations/0001_a.sql': '',
      Dockerfile: '',
      'public/shop.css': '',
      'README.md': '',
      'src/a.test.ts': '',
      'src/a.ts': '',
      'templates/home.html.ets': '',
      'test/app.test.ts': '',
      'tsconfig.json': '{}',
      'types.d.ts': '',
      'uploads/picture.png': '',
    })
    const { paths, dirty } = await selectSources({ root, ...selection })
    expect(paths).toEqual([
      'app.ts',
      'db/migrations/0001_a.sql',
      'package.json',
      'public/shop.css',
      'src/a.ts',
      'templates/home.html.ets',
    ])
    expect(dirty).toBe(false)
  })

  test('globs include and exclude files', async () => {
    const root = repository({ ...APP, '.gitignore': 'public/built/\n', 'drafts/a.ts': '' })
    writeFiles(root, { 'public/built/a.js': '' })
    const { paths } = await selectSources({ root, ...selection, include: ['public/built/**'], exclude: ['drafts/**'] })
    expect(paths).toEqual(['app.ts', 'package.json', 'public/built/a.js'])
  })

  test('no submodule, unless its files are included', async () => {
    const root = repository(APP)
    const theirs = repository({ 'theme.css': '' })
    git(root, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', theirs, 'public/theme')
    git(root, 'commit', '-qm', 'a theme')
    await expect(selectSources({ root, ...selection })).rejects.toMatchObject({
      code: 'source_unsupported',
      message: expect.stringMatching(
        /^public\/theme: it is a Git submodule; include its files \(--include 'public\/theme/,
      ),
    })
    const included = await selectSources({ root, ...selection, include: ['public/theme/**'] })
    expect(included.paths).toEqual(['app.ts', 'package.json', 'public/theme/theme.css'])
    expect((await selectSources({ root, ...selection, exclude: ['public/theme'] })).paths).not.toContain('public/theme')
  })

  test('no changes that are not committed, unless that is asked for', async () => {
    const root = repository(APP)
    writeFiles(root, { 'app.ts': 'export default 2\n', 'src/new.ts': '', 'notes.md': '' })
    await expect(selectSources({ root, ...selection })).rejects.toMatchObject({
      code: 'tree_dirty',
      message: expect.stringContaining('app.ts, src/'),
    })
    expect(await selectSources({ root, ...selection, allowDirty: true })).toMatchObject({ dirty: true })
  })

  test('of a repository without a commit, what is not ignored, if that is asked for', async () => {
    const root = temporaryFolder()
    git(root, 'init', '-q')
    writeFiles(root, {
      ...APP,
      '.gitignore': 'node_modules\nuploads\n',
      'uploads/a.png': '',
      'node_modules/.bin/x': '',
    })
    await expect(selectSources({ root, ...selection })).rejects.toMatchObject({ code: 'commit_missing' })
    expect(await selectSources({ root, ...selection, allowDirty: true })).toEqual({
      paths: ['app.ts', 'package.json'],
      dirty: true,
    })
  })

  test('of a folder in no repository, all but what is excluded, hidden files in there too', async () => {
    const root = temporaryFolder()
    const hidden = [
      'node_modules/.bin/x',
      'node_modules/.package-lock.json',
      'test/.data/a',
      'releases/.build-x/a',
      'drafts/.a',
    ]
    writeFiles(root, { ...APP, ...Object.fromEntries(hidden.map(path => [path, ''])), 'public/.well-known/a.txt': '' })
    const { paths } = await selectSources({ root, ...selection, exclude: ['drafts/**'] })
    expect(paths).toEqual(['app.ts', 'package.json', 'public/.well-known/a.txt'])
  })

  test('of a folder in a repository, what is below it', async () => {
    const root = repository({ 'apps/shop/app.ts': '', 'apps/other/app.ts': '', 'apps/shop/package.json': PACKAGE })
    writeFiles(root, { 'apps/other/app.ts': 'changed' })
    expect(await selectSources({ root: join(root, 'apps/shop'), ...selection })).toEqual({
      paths: ['app.ts', 'package.json'],
      dirty: false,
    })
  })
})

describe('copied sources', () => {
  test.each<[string, Record<string, string>, string, RegExp]>([
    [
      'two files of one name',
      { 'a.ts': '', 'a.js': '' },
      'source_collision',
      /a\.js and a\.ts would both become a\.js/,
    ],
    ['an enum', { 'src/a.ts': 'enum A { B }' }, 'source_invalid', /src\/a\.ts/],
    ['a syntax error', { 'src/a.ts': 'const a = {' }, 'source_invalid', /src\/a\.ts/],
    ['a file that TypeScript turns into calls', { 'a.tsx': '' }, 'source_unsupported', /a\.tsx: releases contain/],
    [
      'an import of what is not released',
      { 'src/a.ts': `\n\nimport './b.ts'\n` },
      'import_missing',
      /src\/a\.ts:3 imports "\.\/b\.js"/,
    ],
  ])('%s is refused', async (_, files, code, message) => {
    const root = temporaryFolder()
    writeFiles(root, files)
    const copying = copySources(root, Object.keys(files).sort(), temporaryFolder())
    await expect(copying).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })
})

describe('a release whose links', () => {
  function withLink(to: string): string {
    const out = temporaryFolder()
    writeFiles(out, { 'config/app.js': '', 'src/a.js': '' })
    symlinkSync(to, join(out, 'src/link'))
    return out
  }

  test.each<[string, string, string]>([
    ['lead to an absolute path', '/etc/hosts', 'link_outside'],
    ['lead out of it', '../../elsewhere', 'link_outside'],
    ['lead to nothing', '../config/app.ts', 'link_broken'],
  ])('%s is refused', (_, link, code) => {
    expect(() => requireWholeLinks(withLink(link))).toThrow(expect.objectContaining({ code }))
  })

  test('lead to a file or folder of it is taken', () => {
    for (const link of ['a.js', '../config', '../config/app.js'])
      expect(requireWholeLinks(withLink(link))).toBe(undefined)
  })
})

describe('a build refuses', () => {
  test.each<[string, Record<string, string>, string]>([
    ['a folder without package.json', { 'app.ts': '' }, 'app_missing'],
    ['a folder without an application', { ...APP, 'app.ts': '', 'main.ts': '' }, 'app_missing'],
    ['an application without the command', { ...APP, 'package.json': '{"dependencies":{}}' }, 'cli_missing'],
    ['a lock file of a manager it does not know', { ...APP, 'yarn.lock': '' }, 'manager_unsupported'],
    ['a layout of every page that is not there', { ...APP, ...withLayout('views') }, 'template_missing'],
    ['a layout of every mail that is not there', { ...APP, ...withLayout('mail') }, 'template_missing'],
    ['no lock file', APP, 'lockfile_missing'],
    ['a lock file that does not fit', APP, 'install_failed'],
  ])('%s, and leaves nothing', async (what, files, code) => {
    const root = repository(files)
    if (what.includes('without an application')) rmSync(join(root, 'app.ts'))
    if (/no lock file|manager/.test(what)) rmSync(join(root, 'package-lock.json'))
    git(root, 'add', '-A')
    git(root, 'commit', '-qm', 'second', '--allow-empty')
    const outDir = join(temporaryFolder(), 'releases')
    await expect(buildRelease({ root, outDir })).rejects.toMatchObject({ code })
    if (existsSync(outDir)) expect(execFileSync('ls', ['-A', outDir], { encoding: 'utf8' })).toBe('')
  })

  test.each<[string, Record<string, string>, string]>([
    ['a folder that does not exist', {}, 'app_missing'],
    ['a package.json that is not JSON', { 'package.json': '{' }, 'package_invalid'],
  ])('%s, in one line', async (_, files, code) => {
    const root = join(temporaryFolder(), 'shop')
    writeFiles(root, files)
    const refusal = { code, message: expect.stringMatching(/^[^\n]+$/) }
    await expect(buildRelease({ root })).rejects.toMatchObject(refusal)
  })

  test('a folder for releases that is a file, in one line', async () => {
    const root = repository(APP)
    const outDir = join(temporaryFolder(), 'releases')
    writeFiles(join(outDir, '..'), { releases: '' })
    await expect(buildRelease({ root, outDir })).rejects.toMatchObject({
      code: 'step_failed',
      message: expect.stringMatching(/^build: [^\n]*releases[^\n]* Nothing was built\.$/),
    })
  })

  test('an option that it does not have', async () => {
    await expect(buildRelease({ rot: '.' } as never)).rejects.toMatchObject({ code: 'option_unknown' })
  })
})

test('an archive that does not exist is not deployed', async () => {
  const target = { path: '/srv/shop', hosts: [{ address: 'nobody@127.0.0.1' }] }
  const deploying = deployRelease({ target, archive: join(temporaryFolder(), 'r1.tar.zst') })
  await expect(deploying).rejects.toMatchObject({ code: 'archive_missing' })
})

test('an application in a pnpm workspace finds the lock file of the workspace', async () => {
  const root = repository({ 'pnpm-lock.yaml': 'broken: [', 'apps/shop/app.ts': '', 'apps/shop/package.json': PACKAGE })
  await expect(buildRelease({ root: join(root, 'apps/shop') })).rejects.toMatchObject({
    code: 'install_failed',
    message: expect.stringContaining('pnpm --filter shop'),
  })
})
