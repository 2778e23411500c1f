import { expect, onTestFinished, test, vi } from 'vitest'
import { AS_PROGRAM, answering, failure, serving } from './support.ts'

const CRASHING = `
import { servable } from './servable.js'
export default servable((req, res) => {
  if (req.url === '/throw') setTimeout(() => { throw new Error('in a timer') })
  else if (req.url === '/reject') Promise.reject(new Error('unhandled'))
  else if (req.url === '/exit') process.exit(7)
  else if (req.url === '/abort') process.abort()
  else if (req.url.startsWith('/kill')) process.kill(process.pid, 'SIGKILL')
  else res.end('alive')
})`

test.each([
  ['/throw', { message: 'in a timer', file: 'app.ts', line: 4 }],
  ['/reject', { message: 'unhandled', file: 'app.ts', line: 5 }],
  ['/exit', { message: "The application's process exited with code 7", file: 'app.ts', line: 6 }],
  [
    '/kill?token=abc',
    {
      message: "The application's process was ended by SIGKILL",
      hint: 'It was killed. The system does so when memory runs out. It had not answered GET /kill.',
    },
  ],
  ['/abort', { message: "The application's process was ended by SIGABRT", file: 'app.ts', line: 7 }],
])('a crash at %s is shown to the request it hit; then the application is up again', async (path, expected) => {
  const app = await serving({ 'app.ts': CRASHING })
  await app.get()
  const answer = await app.get(path, AS_PROGRAM)
  expect(answer.status).toBe(500)
  expect(JSON.parse(answer.body)).toMatchObject({
    code: 'application_crashed',
    diagnostics: [{ stage: 'runtime', ...expected }],
  })
  expect((await app.get()).body).toBe('alive')
})

test('an application that crashes over and over is left down, its last failure shown, until it changes', async () => {
  const app = await serving({ 'app.ts': CRASHING })
  // Over and over within 10 s, which on a busy machine three starts may take.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
  onTestFinished(() => clock.mockRestore())
  for (const _ of [1, 2, 3]) await app.get('/throw')
  expect(await failure(app)).toMatchObject({ message: 'in a timer' })
  expect(app.server.state).toBe('failed')
  clock.mockRestore()
  // What crashes after a save is something else.
  await app.save('app.ts', `${CRASHING}\n`)
  for (const _ of [1, 2]) await app.get('/throw')
  expect((await app.get()).body).toBe('alive')
  await app.save('app.ts', answering('mended'))
  expect((await app.get()).body).toBe('mended')
})

test('an application that handles such errors itself lives on, as it would in production', async () => {
  const app = await serving({ 'app.ts': `process.on('uncaughtException', () => {})\n${CRASHING}` })
  await app.get()
  const { pid } = app.server
  const lost = app.get('/throw')
  expect((await app.get()).body).toBe('alive')
  expect(app.server.pid).toBe(pid)
  await app.save('app.ts', answering('next'))
  expect((await lost).body).toBe('next')
})
