import { expect, test } from 'vitest'
import { createApp } from '../src/index.ts'

test('methods that register something return the application for chaining', async () => {
  const app = createApp({ root: import.meta.dirname, environment: 'test', log: false })
  const calls = [
    () => app.onStart('start', () => undefined),
    () => app.onStop('stop', () => undefined),
    () => app.every('task', 1000, () => undefined),
    () => app.use(next => next),
    () => app.onError(() => undefined),
    () => app.notFound(() => 'none'),
  ]
  for (const call of calls) expect(call()).toBe(app)
  await app.close()
})
