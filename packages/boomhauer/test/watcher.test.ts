import { execFileSync } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ChokidarOptions, type FSWatcher, watch } from 'chokidar'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { stampOf } from '../src/watch/stamp.ts'
import { type LoadedReport, Watcher, type WatcherOptions } from '../src/watch/watcher.ts'
import { TestFolder } from './support.ts'

async function watching(folder: TestFolder, options: Partial<WatcherOptions> = {}): Promise<Watcher> {
  const watcher = new Watcher({ root: folder.root, whole: () => false, ...options })
  onTestFinished(() => watcher.close())
  await watcher.start()
  return watcher
}

function loaded(...paths: string[]): LoadedReport {
  return { files: new Map(paths.map(path => [path, stampOf(path)])), folders: [], assets: [] }
}

/** The next batch: what it calls for, and the names of its files. */
async function batch(watcher: Watcher, folder: TestFolder): Promise<[string, string[]]> {
  const [effect, paths] = await once(watcher, 'change')
  return [effect, [...paths].map(path => path.slice(folder.root.length + 1)).sort()]
}

test.each([{}, { pollMs: 50 }])('sees each way a file can change %j', async options => {
  const folder = new TestFolder({ 'a.ts': '1', 'b.ts': '1', 'old/c.ts': '1' })
  const watcher = await watching(folder, options)
  const after = async (change: () => void) => {
    const seen = batch(watcher, folder)
    change()
    return seen
  }
  expect(await after(() => folder.write('a.ts', '22'))).toEqual(['rebuild', ['a.ts']])
  expect(
    await after(() => {
      folder.write('.a.ts.tmp', '333')
      renameSync(folder.path('.a.ts.tmp'), folder.path('a.ts'))
    }),
  ).toEqual(['rebuild', ['a.ts']])
  expect(await after(() => folder.remove('b.ts'))).toEqual(['rebuild', ['b.ts']])
  expect(await after(() => folder.write('new/deep/d.ts', '1'))).toEqual([
    'rebuild',
    expect.arrayContaining(['new/deep/d.ts']),
  ])
  expect(await after(() => folder.write('new/deep/d.ts', '22'))).toEqual(['rebuild', ['new/deep/d.ts']])
  expect((await after(() => folder.remove('old')))[1]).toContain('old/c.ts')
  expect(await after(() => folder.write('style.css', 'a{}'))).toEqual(['styles', ['style.css']])
})

test.each([0, 2, 8])('sees a missing file that is written %d ms after it was asked for', async ms => {
  const folder = new TestFolder({ 'app.ts': '1' })
  const watcher = await watching(folder)
  const seen = batch(watcher, folder)
  watcher.follow({ files: new Map([[folder.path('dist/made.js'), '']]), folders: [], assets: [] })
  const until = performance.now() + ms
  while (performance.now() < until) await new Promise(setImmediate)
  folder.write('dist/made.js', 'export {}')
  expect(await seen).toEqual(['rebuild', ['dist/made.js']])
})

// A burst is over when nothing has changed for a moment, and after two seconds in any case: both are times of a clock.
test('five hundred files at once are one batch (timed)', { retry: 2 }, async () => {
  const folder = new TestFolder({ 'app.ts': '1' })
  const watcher = await watching(folder)
  let batches = 0
  watcher.on('change', () => batches++)
  const seen = once(watcher, 'change')
  for (let i = 0; i < 500; i++) folder.write(`src/${i % 20}/${i}.ts`, String(i))
  const [, paths] = await seen
  expect(paths.size).toBeGreaterThanOrEqual(500)
  const quiet = once(watcher, 'change')
  folder.write('app.ts', 'later')
  await quiet
  expect(batches).toBe(2)
})

test('a checkout of another branch is one batch (timed)', { retry: 2 }, async () => {
  const folder = new TestFolder({ 'app.ts': '1' })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
      cwd: folder.root,
      stdio: 'ignore',
    })
  git('init', '-b', 'main')
  git('add', '.')
  git('commit', '-m', 'one')
  git('checkout', '-b', 'other')
  for (let i = 0; i < 200; i++) folder.write(`src/${i % 20}/${i}.ts`, String(i))
  folder.write('app.ts', '2')
  git('add', '.')
  git('commit', '-m', 'two')
  const watcher = await watching(folder)
  let batches = 0
  watcher.on('change', () => batches++)
  const seen = once(watcher, 'change')
  git('checkout', 'main')
  const [, paths] = await seen
  expect(paths.has(folder.path('app.ts'))).toBe(true)
  const last = once(watcher, 'change')
  folder.write('app.ts', 'later')
  await last
  expect(batches).toBe(2)
})

describe('a file that is emptied before it is written', () => {
  afterEach(() => void vi.useRealTimers())

  async function emptied(): Promise<{ folder: TestFolder; told: string[] }> {
    const folder = new TestFolder({ 'a.ts': 'old' })
    const system = Object.assign(new EventEmitter(), { add: () => undefined, close: async () => undefined })
    const opened = watching(folder, { pollMs: 50, watcher: () => system as unknown as FSWatcher })
    system.emit('ready')
    const watcher = await opened
    const told: string[] = []
    watcher.on('change', () => told.push(folder.read('a.ts')))
    vi.useFakeTimers()
    folder.write('a.ts', '')
    system.emit('all', 'change', folder.path('a.ts'))
    return { folder, told }
  }

  test('is waited for', async () => {
    const { folder, told } = await emptied()
    vi.advanceTimersByTime(60)
    expect(told).toEqual([])
    folder.write('a.ts', 'new')
    vi.advanceTimersByTime(20)
    expect(told).toEqual(['new'])
  })

  test('is reported as empty if it stays empty', async () => {
    const { told } = await emptied()
    vi.advanceTimersByTime(200)
    expect(told).toEqual([''])
  })
})

test('irrelevant files are not reported', async () => {
  const folder = new TestFolder({ 'node_modules/x/index.js': '1' })
  const watcher = await watching(folder, { ignore: ['generated/**'] })
  const seen = batch(watcher, folder)
  folder.write('README.md', 'x')
  folder.write('node_modules/x/index.js', '2')
  folder.write('generated/a.ts', 'x')
  folder.write('src/a.test.ts', 'x')
  folder.write('app.ts', 'x')
  const [, paths] = await seen
  expect(paths.filter(path => path.endsWith('s') && path !== 'app.ts')).toEqual([])
})

test('modules of linked packages are watched where they really lie', async () => {
  const folder = new TestFolder({ 'app.ts': '1' })
  const elsewhere = new TestFolder({ 'lib.ts': '1', 'other.ts': '1' })
  mkdirSync(folder.path('node_modules'))
  symlinkSync(elsewhere.root, folder.path('node_modules/linked'))
  const watcher = await watching(folder)
  watcher.follow(loaded(elsewhere.path('lib.ts'), folder.path('app.ts'), join(folder.root, 'node_modules/x.js')))
  watcher.follow(loaded(elsewhere.path('lib.ts')))
  const seen = once(watcher, 'change')
  // It is watched from some moment on that nobody is told of.
  const saving = setInterval(() => elsewhere.write('lib.ts', String(Math.random())), 20)
  const [effect, paths] = await seen
  clearInterval(saving)
  expect([effect, [...paths]]).toEqual(['rebuild', [elsewhere.path('lib.ts')]])
})

test('folders that link to each other end', async () => {
  const folder = new TestFolder({ 'src/a.ts': '1' })
  symlinkSync(folder.root, folder.path('src/loop'))
  const watcher = await watching(folder)
  const seen = once(watcher, 'change')
  folder.write('src/a.ts', '2')
  expect((await seen)[0]).toBe('rebuild')
})

test('polls by itself where the system does not notify', async () => {
  const folder = new TestFolder({ 'a.ts': '1' })
  const nowhere = new TestFolder({})
  const opened: ChokidarOptions[] = []
  // A file system that never says a word of its changes.
  const deaf: WatcherOptions['watcher'] = (paths, options) => {
    opened.push(options)
    return options.backend === 'polling' ? watch(paths, options) : watch(nowhere.root, { ignoreInitial: true })
  }
  const watcher = new Watcher({ root: folder.root, watcher: deaf!, whole: () => false, probeMs: 100 })
  onTestFinished(() => watcher.close())
  const told = once(watcher, 'polling')
  await watcher.start()
  expect(await told).toEqual([300])
  expect(opened.map(options => options.backend)).toEqual([undefined, 'polling'])
  const seen = once(watcher, 'change')
  writeFileSync(folder.path('a.ts'), 'changed')
  expect((await seen)[0]).toBe('rebuild')
})

test('removes its probe and reports no change of it', async () => {
  const folder = new TestFolder({ 'a.ts': '1' })
  const watcher = await watching(folder)
  const seen = batch(watcher, folder)
  folder.write('a.ts', '2')
  expect(await seen).toEqual(['rebuild', ['a.ts']])
  expect(execFileSync('ls', ['-a', folder.root], { encoding: 'utf8' })).not.toContain('probe')
})
