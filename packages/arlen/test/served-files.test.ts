import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { serveApp } from './serve-app.ts'

/** The status and the rest of the answer to a path that is sent as it is. */
async function rawGet(url: string, path: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  let text = ''
  for await (const piece of socket) text += String(piece)
  return text
}

test('a wildcard and c.file with a root serve what is below it, and nothing else', async () => {
  const home = mkdtempSync(join(tmpdir(), 'arlen-files-'))
  const seen: string[] = []
  const served = await serveApp(app => {
    app.get('/files/*path', c => {
      seen.push(c.params.path)
      return c.file(c.params.path, { root: home })
    })
    app.get('/one/:name', c => c.file(c.params.name, { root: home }))
  })
  writeFileSync(join(home, 'a.txt'), 'inside')
  expect(await rawGet(served.url, '/files/a.txt')).toMatch(/^HTTP\/1\.1 200 [\s\S]*inside$/)
  for (const path of [
    '/files/../a.txt',
    '/files/%2e%2e/a.txt',
    '/files/x%2f..%2f..%2fetc%2fpasswd',
    '/files/..%5ca.txt',
  ]) {
    expect(await rawGet(served.url, path), path).toMatch(/^HTTP\/1\.1 400 [\s\S]*path_malformed/)
  }
  expect(seen).toEqual(['a.txt'])
  for (const path of ['/one/..%2f..%2fetc%2fpasswd', '/one/%2fetc%2fpasswd', '/files//etc/passwd', '/one/..']) {
    expect(await rawGet(served.url, path), path).toMatch(/^HTTP\/1\.1 (?:404|308) /)
  }
  await served.close()
  rmSync(home, { recursive: true })
})

test('the index of a folder and further types are settings', async () => {
  const home = mkdtempSync(join(tmpdir(), 'arlen-files-'))
  mkdirSync(join(home, 'public', 'docs'), { recursive: true })
  writeFileSync(join(home, 'public', 'docs', 'index.html'), '<h1>Docs</h1>')
  writeFileSync(join(home, 'public', 'a.log'), 'x')
  const config = { static: { index: 'index.html', types: { log: 'text/plain' } } }
  const served = await serveApp(() => undefined, { root: home, config })
  expect((await served.get('/docs?a=1')).headers.get('location')).toBe('/docs/?a=1')
  expect(await (await served.get('/docs/')).text()).toBe('<h1>Docs</h1>')
  expect((await served.get('/a.log')).headers.get('content-type')).toBe('text/plain; charset=utf-8')
  await served.close()
  rmSync(home, { recursive: true })
})

test('an API-only application serves no files', async () => {
  const home = mkdtempSync(join(tmpdir(), 'arlen-files-'))
  mkdirSync(join(home, 'public'))
  writeFileSync(join(home, 'public', 'a.txt'), 'x')
  const statusWith = async (apiOnly: boolean) => {
    const served = await serveApp(() => undefined, { root: home, config: { apiOnly } })
    const { status } = await served.get('/a.txt')
    await served.close()
    return status
  }
  expect([await statusWith(false), await statusWith(true)]).toEqual([200, 404])
  rmSync(home, { recursive: true })
})

test('browsers cache files for the configured time, and not at all in development', async () => {
  const home = mkdtempSync(join(tmpdir(), 'arlen-files-'))
  mkdirSync(join(home, 'public'))
  writeFileSync(join(home, 'public', 'a.txt'), 'x')
  const cacheControlIn = async (environment: 'development' | 'test') => {
    const served = await serveApp(() => undefined, {
      root: home,
      environment,
      config: { static: { maxAgeSeconds: 90 } },
    })
    const { headers } = await served.get('/a.txt')
    await served.close()
    return headers.get('cache-control')
  }
  expect(await cacheControlIn('test')).toBe('public, max-age=90')
  expect(await cacheControlIn('development')).toBe('public, no-cache')
  rmSync(home, { recursive: true })
})
