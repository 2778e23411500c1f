import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildViews } from '@arlen/view'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import type { Context } from '../src/index.ts'
import { serveApp } from './serve-app.ts'

describe('templates', () => {
  const folder = (files: Record<string, string>) => {
    const root = mkdtempSync(join(tmpdir(), 'arlen-templates-'))
    mkdirSync(join(root, 'templates'))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'templates', name), text)
    return root
  }

  test('fill a form with given values, and with what was sent when it is shown again', async () => {
    const root = folder({ 'edit.html.ets': "<%= form({ title: 'Milk' }).input('title') %>" })
    const served = await serveApp(
      app => {
        const page = (c: Context) => c.render('edit' as never, {} as never)
        app.get('/', page)
        app.post(
          '/',
          { body: v.object({ title: v.pipe(v.string(), v.nonEmpty()), more: v.string() }), invalid: page },
          () => '',
        )
      },
      { root, config: { session: { enabled: false } } },
    )
    expect(await (await served.get('/')).text()).toContain('value="Milk"')
    const sent = { method: 'POST', body: new URLSearchParams({ title: 'Oat milk' }) }
    expect(await (await served.get('/', sent)).text()).toContain('value="Oat milk"')
    await served.close()
    rmSync(root, { recursive: true })
  })

  test('that are compiled are taken as they are, except in development, where someone is writing them', async () => {
    const written = folder({ 'a.html.ets': 'compiled' })
    const root = folder({})
    await buildViews({ dir: join(written, 'templates'), outDir: join(root, 'templates') })
    writeFileSync(join(root, 'templates', 'a.html.ets'), 'as it stands')
    const pageIn = async (environment: 'development' | 'test') => {
      const served = await serveApp(app => void app.get('/', c => c.render('a' as never, {} as never)), {
        root,
        environment,
      })
      const text = await (await served.get('/')).text()
      await served.close()
      return text
    }
    expect(await pageIn('test')).toBe('compiled')
    expect(await pageIn('development')).toBe('as it stands')
    for (const each of [written, root]) rmSync(each, { recursive: true })
  })

  test('render with locals, helpers and what the request has; the type follows the name', async () => {
    const root = folder({
      'hello.html.ets':
        "<a href=\"<%= urlFor('hello') %>\"><%= $name %></a><%= csrfField() %><%= form().input('email') %>",
      'feed.xml.ets': '<feed><%= $title %></feed>',
    })
    const served = await serveApp(
      app => {
        app.get('/hello', { name: 'hello' }, c => c.render('hello' as never, { name: '<Ada>' } as never))
        app.get('/feed', c => c.render('feed.xml' as never, { title: 'x & y' } as never))
      },
      { root },
    )
    const page = await served.get('/hello')
    expect(await page.text()).toMatch(
      /^<a href="\/hello">&lt;Ada&gt;<\/a><input type="hidden" name="csrf_token" value="[^"]+"><input /,
    )
    expect(page.headers.get('cache-control')).toContain('no-store')
    const feed = await served.get('/feed')
    expect([feed.headers.get('content-type'), await feed.text()]).toEqual([
      'application/xml; charset=utf-8',
      '<feed>x &amp; y</feed>',
    ])
    await served.close()
    rmSync(root, { recursive: true })
  })

  test('with a mistake keep the application from starting, and the error names file and line', async () => {
    const root = folder({ 'broken.html.ets': 'one\n<% if (true) { %>\n' })
    await expect(serveApp(() => undefined, { root })).rejects.toThrow(/broken\.html\.ets:\d+/)
    rmSync(root, { recursive: true })
  })
})
