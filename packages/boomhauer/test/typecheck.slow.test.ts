import { mkdirSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Command } from './command-process.ts'
import { answering, ask, TestFolder } from './support.ts'

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

test('type errors are reported and stop nothing', async () => {
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
        types: ['node'],
      },
      include: ['.arlen/views/**/*.ts'],
    }),
    'app.ts': answering('runs'),
    'templates/home.html.ets': `<%! props: { title: string } %>\n<p>\n  <%= $title.lenght %>\n</p>\n`,
  })
  for (const scope of ['@arlen', '@types']) mkdirSync(folder.path(`node_modules/${scope}`))
  symlinkSync(`${repository}node_modules/@types/node`, folder.path('node_modules/@types/node'))
  for (const name of ['view', 'core'])
    symlinkSync(`${repository}packages/${name}`, folder.path(`node_modules/@arlen/${name}`))
  const command = new Command(folder, ['--prepare-only'])
  expect(await command.exit()).toBe(1)
  expect(command.output.match(/typecheck error/g)).toHaveLength(1)
  expect(command.output).toMatch(/^typecheck error: TS2551: Property 'lenght' does not exist/)
  expect(command.output).toContain('  at templates/home.html.ets:3:14\n')
  expect(command.output).toContain('> 3 |   <%= $title.lenght %>\n    |              ^')
})

test('a type error in a file outside the application is shown after its own', async () => {
  // The compiler itself sorts by path.
  const folder = typed({
    'a/lib.ts': `export const b: number = 'text'\n`,
    'b/app.ts': `import '../a/lib.ts'\nexport const a: number = 'text'\n`,
    'b/tsconfig.json': TSCONFIG.replace('"strict"', '"allowImportingTsExtensions":true,"strict"'),
  })
  const command = new Command(folder, ['--prepare-only', '--root', 'b'])
  expect(await command.exit()).toBe(1)
  expect([...command.output.matchAll(/^ {2}at (.+)$/gm)].map(([, place]) => place)).toEqual([
    'app.ts:2:14',
    `${folder.path('a/lib.ts')}:1:14`,
  ])
})
