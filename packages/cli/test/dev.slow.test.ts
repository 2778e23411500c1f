import { expect, test } from 'vitest'
import { temporaryApp } from './temporary-app.ts'

test('arlen dev is the development server', async () => {
  const app = temporaryApp({
    'app.js':
      "import { createApp } from 'arlen'\nconst app = createApp({ config: { session: { enabled: false } } })\napp.get('/', () => 'hi')\nexport default app\n",
  })
  expect((await app.arlen(['dev', '--once'])).code).toBe(0)
  const unknown = await app.arlen(['dev', '--onc'])
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('did you mean --once?')])
})
