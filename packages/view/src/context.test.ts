import { expect, test } from 'vitest'
import { TemplateFolder } from '../test/template-folder.ts'
import { withViews } from './context.ts'

const folder = new TemplateFolder()

/** What a context of a server has at the least. */
class RequestContext {
  readonly laps: string[] = []
  readonly timings = { lap: (stage: string) => void this.laps.push(stage) }

  text(body: string, init: { type: string }): { body: string; type: string } {
    return { body, ...init }
  }
}

test('c.render() answers with a template that sees its context, measured as its stage', () => {
  const views = folder.views(
    { 'a.html.ets': '<%= $word %> <%= laps() %>' },
    { contextHelpers: { laps: context => () => (context as RequestContext).laps.length } },
  )
  const c = new (withViews(RequestContext, views))()
  expect(c.render('a', { word: 'hello' })).toEqual({ body: 'hello 1', type: 'text/html; charset=utf-8' })
  expect(c.laps).toEqual(['controller', 'render'])
})

test('c.render() waits where the template does, and throws what is wrong with it', async () => {
  const views = folder.views({ 'a.html.ets': '<%= await $later %>' })
  const c = new (withViews(RequestContext, views))()
  await expect(c.render('a', { later: Promise.resolve('late') })).resolves.toMatchObject({ body: 'late' })
  expect(() => c.render('b')).toThrow(expect.objectContaining({ code: 'template_missing' }))
})
