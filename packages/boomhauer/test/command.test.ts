import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { answering, ask, TestFolder } from './support.ts'

const BIN = fileURLToPath(new URL('../src/bin.ts', import.meta.url))

class Command {
  readonly process: ChildProcess
  output = ''

  constructor(folder: TestFolder, args: readonly string[]) {
    const env = { ...process.env, NODE_ENV: undefined, ARLEN_ENV: undefined, FORCE_COLOR: undefined }
    const argv = ['--conditions=@arlen/source', BIN, '--port', '0', ...args]
    this.process = spawn(process.execPath, argv, { cwd: folder.root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      stream.on('data', chunk => {
        this.output += chunk
        this.process.emit('output')
      })
    }
    onTestFinished(async () => {
      if (this.process.exitCode === null && this.process.signalCode === null && this.process.kill('SIGINT')) {
        await once(this.process, 'close')
      }
    })
  }

  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output)
      if (found) return found
      await once(this.process, 'output')
    }
  }

  async port(): Promise<number> {
    return Number((await this.until(/boomhauer at http:\/\/localhost:(\d+)/))[1])
  }

  async exit(): Promise<number | null> {
    if (this.process.exitCode !== null) return this.process.exitCode
    return (await once(this.process, 'close'))[0]
  }
}

/** Whether a process is there; one that has ended and is only waiting to be noticed is not. */
function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false // it went while it was looked at
  }
}

async function gone(...pids: number[]): Promise<void> {
  while (pids.some(isAlive)) await new Promise(resolve => setTimeout(resolve, 10))
}

/** Tells its process, its children's and can be made to hang. */
const WITH_CHILD = `
import { spawn } from 'node:child_process'
import { servable } from './servable.js'
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
export default servable((req, res) => {
  res.end(JSON.stringify([process.pid, child.pid]))
  if (req.url === '/hang') res.once('finish', () => setTimeout(() => { for (;;); }, 10))
})`

test('Ctrl-C ends everything soon, whatever the application is busy with', async () => {
  const folder = new TestFolder({ 'app.ts': WITH_CHILD })
  const command = new Command(folder, [])
  const port = await command.port()
  const pids = JSON.parse((await ask(port, '/')).body) as number[]
  await ask(port, '/hang')
  const started = performance.now()
  command.process.kill('SIGINT')
  expect(await command.exit()).toBe(0)
  await gone(...pids)
  expect(performance.now() - started).toBeLessThan(15_000) // 850 ms at most by its own time-outs; the rest is for a busy machine
})

test.each(['/', '/hang'])('nothing outlives a supervisor that is killed, with the application at %s', async path => {
  const folder = new TestFolder({ 'app.ts': WITH_CHILD })
  const command = new Command(folder, [])
  const pids = JSON.parse((await ask(await command.port(), path)).body) as number[]
  command.process.kill('SIGKILL')
  await gone(...pids)
  expect(pids.map(isAlive)).toEqual([false, false])
})

test('what the application has started ends with it on each rebuild', async () => {
  const folder = new TestFolder({ 'app.ts': WITH_CHILD })
  const command = new Command(folder, ['--typecheck', 'off'])
  const port = await command.port()
  const pids = JSON.parse((await ask(port, '/')).body) as number[]
  folder.write('app.ts', answering('next'))
  await command.until(/ready.*\n.*ready/)
  expect((await ask(port, '/')).body).toBe('next')
  await gone(...pids)
})

test('a taken port is said to be, and nothing is left running', async () => {
  const folder = new TestFolder({ 'app.ts': answering('ok') })
  const first = new Command(folder, [])
  const second = new Command(folder, ['--port', String(await first.port())])
  expect(await second.exit()).toBe(2)
  expect(second.output).toMatch(/^boomhauer: 127\.0\.0\.1:\d+ is in use by another process/)
})

test('tells each build in one line, and a failure with its source, without a terminal', async () => {
  const folder = new TestFolder({ 'app.ts': answering('ok') })
  const command = new Command(folder, [])
  await command.until(/ready in \d+ ms/)
  await command.port()
  folder.write('app.ts', 'const x = (')
  await command.until(/> 1 \| const x = \(/)
  expect(command.output).toMatch(/failed in \d+ ms {2}app\.ts\n\nload error: .*\n {2}at app\.ts:1/)
  expect(command.output).not.toMatch(/\u001b/)
})

test.each([
  ['--once', answering('ok'), 0, /^ready in \d+ ms\n$/],
  ['--once', 'throw new Error("broken")', 1, /load error: Error: broken\n {2}at app\.ts:1:7/],
])('%s builds, says how that went, and ends', async (mode, source, code, output) => {
  const command = new Command(new TestFolder({ 'app.ts': source }), [mode])
  expect(await command.exit()).toBe(code)
  expect(command.output).toMatch(output)
})

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    types: [],
    skipLibCheck: true,
    noImplicitAny: false,
  },
  include: ['app.ts'],
})

function typed(files: Record<string, string>): TestFolder {
  const folder = new TestFolder({ 'tsconfig.json': TSCONFIG, ...files })
  folder.write('node_modules/.keep', '')
  const typescript = fileURLToPath(new URL('../../../node_modules/typescript', import.meta.url))
  symlinkSync(typescript, folder.path('node_modules/typescript'))
  return folder
}

test('--prepare-only checks templates and types and starts nothing', async () => {
  const folder = typed({
    'app.ts': `export const a: number = 'text'\nconsole.log('it ' + 'runs')\n`,
    'templates/home.html.ets': '<p><%= 1 %></p>\n',
  })
  const command = new Command(folder, ['--prepare-only'])
  expect(await command.exit()).toBe(1)
  expect(command.output).toContain('typecheck error: TS2322')
  expect(command.output).toContain("> 1 | export const a: number = 'text'\n    |              ^")
  expect(command.output).not.toContain('it runs')
  expect(folder.read('.arlen/views/home.html.ets.ts')).toContain('export')
  folder.write('app.ts', 'export const a = 1\n')
  folder.write('templates/home.html.ets', '<p><%= 1\n')
  const again = new Command(folder, ['--prepare-only'])
  expect(await again.exit()).toBe(1)
  expect(again.output).toContain('template error')
})

test('type errors stop nothing, and are told', async () => {
  const folder = typed({ 'app.ts': `${answering('runs')}export const a: number = 'text'\n` })
  const command = new Command(folder, [])
  expect((await ask(await command.port(), '/')).body).toBe('runs')
  await command.until(/typecheck error: TS2322/)
})

test('type errors stop everything where they are to', async () => {
  const folder = typed({ 'app.ts': `${answering('runs')}export const a: number = 'text'\n` })
  const command = new Command(folder, ['--typecheck', 'block'])
  const answer = await ask(await command.port(), '/', { headers: { accept: 'application/json' } })
  expect(JSON.parse(answer.body)).toMatchObject({
    code: 'typecheck_failed',
    diagnostics: [{ stage: 'typecheck', code: 'TS2322', command: 'tsc --noEmit', file: 'app.ts', line: 3, column: 14 }],
  })
})

test('a type error in a template is at the template’s own line and column', async () => {
  const repository = fileURLToPath(new URL('../../..', import.meta.url))
  const folder = typed({
    'tsconfig.json': JSON.stringify({
      extends: `${repository}tsconfig.base.json`,
      compilerOptions: {
        noEmit: true,
        composite: false,
        isolatedDeclarations: false,
        declaration: false,
        declarationMap: false,
        types: [],
      },
      include: ['.arlen/views/**/*.ts'],
    }),
    'app.ts': answering('runs'),
    'templates/home.html.ets': `<%! props: { title: string } %>\n<p>\n  <%= $title.lenght %>\n</p>\n`,
  })
  mkdirSync(folder.path('node_modules/@arlen'))
  for (const name of ['view', 'core'])
    symlinkSync(`${repository}packages/${name}`, folder.path(`node_modules/@arlen/${name}`))
  const command = new Command(folder, ['--prepare-only'])
  expect(await command.exit()).toBe(1)
  expect(command.output).toMatch(/^typecheck error: TS2551: Property 'lenght' does not exist/)
  expect(command.output).toContain('  at templates/home.html.ets:3:14\n')
  expect(command.output).toContain('> 3 |   <%= $title.lenght %>\n    |              ^')
})

test('--print-routes prints what the application has', async () => {
  const folder = new TestFolder({
    'app.ts': `import { servable } from './servable.js'
const routes = [{ method: 'GET', path: '/users/:id', name: 'user' }, { method: 'DELETE', path: '/' }]
export default { ...servable((req, res) => res.end()), routes: () => routes }`,
  })
  const command = new Command(folder, ['--print-routes'])
  expect(await command.exit()).toBe(0)
  expect(command.output).toContain('GET     /users/:id  user\nDELETE  /\n')
})

test('a debugger finds the application, rebuild after rebuild', async () => {
  const folder = new TestFolder({ 'app.ts': answering('one') })
  const command = new Command(folder, ['--typecheck', 'off', '--node-arg=--inspect=0'])
  await command.port()
  await command.until(/Debugger listening on ws:\/\/127\.0\.0\.1:\d+/)
  folder.write('app.ts', answering('two'))
  await command.until(/Debugger listening[\s\S]*Debugger listening/)
  expect(command.output).not.toContain('address already in use')
})
