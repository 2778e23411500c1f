import { once } from 'node:events'
import { expect, test } from 'vitest'
import { answering, failure, serving } from './support.ts'

test('a top-level await that never ends is named, wherever it is', async () => {
  const app = await serving(
    {
      'app.ts': `import { a } from './src/a.ts'\n${answering('ok')}console.log(a)\n`,
      'src/a.ts': `const wait = async () => { await 1 }\nawait wait()\nexport const a = 1\nimport './b.ts'\n`,
      'src/b.ts': `import { servable } from '../servable.js'\nexport const b = servable\nconst c = await new Promise(() => undefined)\n`,
    },
    { bootTimeoutMs: 15_000 },
  )
  expect(await failure(app)).toMatchObject({ file: 'src/b.ts', line: 3, column: 11 })
})

test('a top-level await that takes long is shown meanwhile, and the application comes when it is over', async () => {
  const app = await serving({
    'app.ts': `import { existsSync } from 'node:fs'\n${answering('came at last')}while (!existsSync('arrived')) await new Promise(done => setTimeout(done, 20))\n`,
  })
  expect(await failure(app)).toMatchObject({
    file: 'app.ts',
    line: 4,
    column: 32,
    message: expect.stringContaining('has waited here for 5 s'),
  })
  const ready = once(app.server, 'ready')
  app.write('arrived', '')
  await ready
  expect((await app.get()).body).toBe('came at last')
})

test('an endless loop is shown while it runs, and a loop that ends does not stop the application', async () => {
  const app = await serving({ 'app.ts': `${answering('ok')}const begun = Date.now()\nwhile (true) {}\n` })
  expect(await failure(app)).toMatchObject({ file: 'app.ts', line: 4, message: expect.stringContaining('busy here') })
  const ready = once(app.server, 'ready')
  app.write('app.ts', `${answering('came to its end')}const begun = Date.now()\nwhile (Date.now() - begun < 3_000);\n`)
  await ready
  expect((await app.get()).body).toBe('came to its end')
})

test('a loop that does not end in a request is a notice, and the next save ends it', async () => {
  const app = await serving({
    'app.ts': `import { servable } from './servable.js'
export default servable((req, res) => {
  if (req.url === '/') return res.end('ok')
  for (;;) Math.random()
})`,
  })
  expect((await app.get()).body).toBe('ok')
  const notice = once(app.server, 'notice')
  const lost = app.get('/loop')
  const [{ diagnostics }] = await notice
  expect(diagnostics).toMatchObject([
    { severity: 'warning', message: expect.stringContaining('busy here'), file: 'app.ts', line: 4 },
  ])
  expect(await app.save('app.ts', answering('mended'))).toBe('ready')
  expect((await lost).body).toBe('mended')
})
