import type { Context } from '@arlen/http'
import { type App, type AppOptions, createApp } from 'arlen'
import { WebSocketServer } from 'ws'

const LAYOUT = (title: string, body: string) =>
  `<!doctype html><html lang="en"><head><title>${title}</title></head><body><main>${body}</main></body></html>`

const SIGN_UP = `
  <h1>Sign <em>up</em></h1>
  <form id="sign-up" method="post" action="/sign-up">
    <input type="hidden" name="token" value="t-1">
    <label for="name">Your name</label><input id="name" name="name" value="nobody">
    <label>Password <input type="password" name="password"></label>
    <select name="plan"><option value="s">Small</option><option value="l">Large</option><option disabled>Huge</option></select>
    <input type="checkbox" name="topics" value="gas"><input type="checkbox" name="topics" value="grills" checked>
    <input type="checkbox" name="terms"> <label><input type="radio" name="size" value="5">Five</label>
    <input type="radio" name="size" value="20" checked>
    <textarea name="about">
one
two</textarea>
    <input name="locked" value="x" readonly><fieldset disabled><input name="off" value="1"></fieldset>
    <button name="do" value="save">Save</button><button name="do" value="draft">Save a draft</button>
  </form>
  <input name="far" form="sign-up" value="away">
  <a href="/pages/2">Second page</a> <a href="https://elsewhere.example/">Elsewhere</a>`

const UPLOAD = `<form method="post" enctype="multipart/form-data" action="/upload">
  <label>Picture <input type="file" name="picture"></label><input name="note"><button>Send</button></form>`

/** An application with a route for each thing that tests of applications meet. */
export function sampleApp(options: AppOptions = {}): App {
  const app = createApp({
    root: import.meta.dirname,
    environment: 'test',
    config: { session: { enabled: false }, http: { maxBodyBytes: 1024 } },
    ...options,
  })
  app.get('/', () => 'Hello')
  app.get('/users/:id', c => ({ id: c.params.id, name: 'Ada', tags: ['a/b', 'c~d'] }))
  const echo = async (c: Context) => ({
    method: c.req.method,
    query: c.req.url.split('?')[1] ?? '',
    headers: { ...c.req.headers },
    body: await c.req.text(),
  })
  app.get('/echo', echo)
  app.post('/echo', echo)
  app.put('/echo', echo)
  app.patch('/echo', echo)
  app.delete('/echo', echo)
  app.get('/pages/1', c => c.html(LAYOUT('Sign up', SIGN_UP)))
  app.get('/pages/2', c => c.html(LAYOUT('Second', '<h1>Second</h1><a href="../pages/1">First</a>')))
  app.post('/sign-up', async c => ({ fields: [...new URLSearchParams(await c.req.text())] }))
  app.get('/upload', c => c.html(LAYOUT('Upload', UPLOAD)))
  app.get('/moved', c => c.redirect('/moved/again', 302))
  app.get('/moved/again', c => c.redirect('/pages/2', 303))
  app.get('/round', c => c.redirect('/round'))
  app.get('/boom', () => {
    throw new Error('The valve is stuck', { cause: new TypeError('rust') })
  })
  app.get('/cookie', c => {
    c.setCookie('seen', 'yes', { httpOnly: true, sameSite: 'lax', path: '/' })
    return { sent: c.req.cookies }
  })
  let left = 0
  app.get('/hold', c => {
    c.signal.addEventListener('abort', () => left++)
    return new Promise(() => undefined)
  })
  app.get('/left', () => ({ left }))
  app.get('/hang', () => new Promise(() => undefined))
  app.get('/cut', c =>
    c.stream(
      (async function* () {
        yield 'half of it'
        throw new Error('the other half is lost')
      })(),
    ),
  )
  app.get('/events', c =>
    c.events(async function* () {
      yield { event: 'tick', data: 'one', id: '1' }
      yield { data: 'two\nlines' }
    }),
  )
  const sockets = new WebSocketServer({ noServer: true })
  app.get('/socket', c =>
    c.upgrade('websocket', (socket, head) =>
      sockets.handleUpgrade(c.req as never, socket, head, client => {
        client.on('message', (data, binary) => client.send(binary ? data : `echo ${data}`))
      }),
    ),
  )
  return app
}
