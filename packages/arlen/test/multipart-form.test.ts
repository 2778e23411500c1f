import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { IntegerParam, list, openApi } from '../src/index.ts'
import { type Served, serveApp } from './serve-app.ts'

const Photo = v.object({
  title: v.pipe(v.string(), v.nonEmpty()),
  count: v.optional(IntegerParam),
  tags: list(v.string()),
  photo: v.pipe(v.file(), v.mimeType(['image/png']), v.maxSize(1000)),
  more: v.optional(v.union([v.file(), v.array(v.file())])),
})

let served: Served
beforeAll(async () => {
  served = await serveApp(
    app => {
      app.post('/photos', { body: Photo }, async c => {
        const { title, count, tags, photo, more } = c.valid.body
        const files = more === undefined ? [] : [more].flat()
        return {
          title,
          count,
          tags,
          name: photo.name,
          type: photo.type,
          text: await photo.text(),
          more: await Promise.all(files.map(file => file.text())),
        }
      })
      app.post('/several', { body: v.object({ files: list(v.pipe(v.file(), v.maxSize(3))) }) }, c =>
        Promise.all(c.valid.body.files.map(file => file.text())),
      )
      app.post('/optional', { body: v.object({ file: v.optional(v.file()) }) }, c => ({
        has: c.valid.body.file !== undefined,
      }))
      app.post(
        '/shown',
        { body: Photo, invalid: c => ({ title: c.form.value('title'), photo: c.form.value('photo') }) },
        () => 0,
      )
    },
    { config: { session: { enabled: false }, http: { maxBodyBytes: 100_000 } } },
  )
})
afterAll(() => served.close())

function formOf(fields: Record<string, string | Blob | readonly (string | Blob)[]>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) {
      if (typeof one === 'string') form.append(name, one)
      else form.append(name, one as Blob)
    }
  }
  return form
}

const png = (text: string, name = 'cat.png') => new File([text], name, { type: 'image/png' })
const send = (path: string, body: FormData) => served.get(path, { method: 'POST', body })

test('fields and files of a multipart form are validated and typed', async () => {
  const answer = await send(
    '/photos',
    formOf({
      title: 'Cat',
      count: '3',
      tags: ['a', 'b'],
      photo: png('meow', 'ä cat.png'),
      more: [png('1'), png('2')],
    }),
  )
  expect([answer.status, await answer.json()]).toEqual([
    200,
    {
      title: 'Cat',
      count: 3,
      tags: ['a', 'b'],
      name: 'ä cat.png',
      type: 'image/png',
      text: 'meow',
      more: ['1', '2'],
    },
  ])
  expect((await (await send('/photos', formOf({ title: 'x', photo: png('') }))).json()).text).toBe('')
})

test('problems of a file are reported for its field, and none of its content is sent back', async () => {
  const wrong = new File(['secret content'], 'x.txt', { type: 'text/plain' })
  const answer = await send('/photos', formOf({ title: '', count: 'x', photo: wrong }))
  expect(answer.status).toBe(422)
  const text = await answer.text()
  expect(JSON.parse(text).errors.map((error: { path: string; code: string }) => [error.path, error.code])).toEqual([
    ['/body/title', 'non_empty'],
    ['/body/count', 'regex'],
    ['/body/photo', 'mime_type'],
  ])
  expect(text).not.toContain('secret content')
  const large = await (await send('/photos', formOf({ title: 'x', photo: png('x'.repeat(1001)) }))).json()
  expect(large.errors).toEqual([{ path: '/body/photo', code: 'max_size', message: 'Must have at most 1000 bytes.' }])
})

test('a text where a file must be, and a missing file, are failures of the field', async () => {
  const text = await (await send('/photos', formOf({ title: 'x', photo: 'no file' }))).json()
  expect(text.errors).toEqual([{ path: '/body/photo', code: 'file', message: 'Must be a file.' }])
  const missing = await (await send('/photos', formOf({ title: 'x' }))).json()
  expect(missing.errors).toEqual([{ path: '/body/photo', code: 'required', message: 'Is required.' }])
})

test('a file input that was left empty is not there', async () => {
  const empty = formOf({ file: new File([], '', { type: 'application/octet-stream' }) })
  expect(await (await send('/optional', empty)).json()).toEqual({ has: false })
  expect(await (await send('/optional', formOf({ file: png('x') }))).json()).toEqual({ has: true })
})

test('list() takes none, one and several files, and validates each', async () => {
  for (const texts of [[], ['a'], ['a', 'b'], ['a', 'b', 'c']]) {
    const answer = await send('/several', formOf({ files: texts.map(text => png(text)) }))
    expect([answer.status, await answer.json()]).toEqual([200, texts])
  }
  const large = await (await send('/several', formOf({ files: [png('a'), png('long')] }))).json()
  expect(large.errors.map((error: { path: string }) => error.path)).toEqual(['/body/files/1'])
  const mixed = await (await send('/several', formOf({ files: [png('a'), 'b'] }))).json()
  expect(mixed.errors.map((error: { path: string }) => error.path)).toEqual(['/body/files'])
  expect((await send('/photos', formOf({ title: 'x', photo: png('y'), tags: [png('z')] }))).status).toBe(422)
})

test('a form beyond the limit is 413, one that breaks off is 400, and the next is served', async () => {
  expect((await send('/photos', formOf({ title: 'x', photo: png('x'.repeat(200_000)) }))).status).toBe(413)
  const cut = await served.get('/photos', {
    method: 'POST',
    body: '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nCat',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  })
  expect(cut.status).toBe(400)
  expect((await send('/photos', formOf({ title: 'x', photo: png('y') }))).status).toBe(200)
})

test('a form shown again has its texts and no files', async () => {
  const answer = await send('/shown', formOf({ title: 'Cat', photo: new File(['x'], 'x', { type: 'text/plain' }) }))
  expect([answer.status, await answer.json()]).toEqual([422, { title: 'Cat' }])
})

test('names that objects have of their own are fields like any other', async () => {
  const form = formOf({ title: 'x', photo: png('y') })
  form.append('__proto__', 'polluted')
  form.append('constructor', 'z')
  expect((await send('/photos', form)).status).toBe(200)
  expect(({} as { polluted?: string }).polluted).toBeUndefined()
})

test('the OpenAPI document describes it as a form with files', () => {
  const document = openApi(served.app.router.routes, { title: 'x', version: '1' })
  const paths = document.paths as Record<string, Record<string, { requestBody: { content: Record<string, object> } }>>
  expect(paths['/photos']?.post?.requestBody.content).toMatchObject({
    'multipart/form-data': { schema: { properties: { photo: { type: 'string', format: 'binary' } } } },
  })
})
