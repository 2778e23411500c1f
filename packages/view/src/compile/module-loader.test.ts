import { afterAll, expect, test, vi } from 'vitest'

afterAll(() => void vi.resetModules())

test('two copies of the package in one process do not load the templates of each other', async () => {
  const pages = []
  for (const text of ['one', 'two']) {
    vi.resetModules()
    const { compile } = await import('../compile.ts')
    pages.push(compile(text)())
  }
  expect(pages).toEqual(['one', 'two'])
})
